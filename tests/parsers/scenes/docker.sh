# A dockerd of its own with the containers of containers.sh ($1), and what docker says of them.
cd /run/scene
mkdir -p /var/lib/docker
mount -t tmpfs tmpfs /var/lib/docker
parent=/netsnap-scene-$$
dockerd --data-root /var/lib/docker --exec-root /run/docker -H unix:///run/docker.sock \
  --cgroup-parent $parent --exec-opt native.cgroupdriver=cgroupfs --userland-proxy=false \
  >dockerd.log 2>&1 &
dockerd=$!
# A frozen process would outlive the scene, and a daemon its control groups.
trap 'set +e; docker unpause $(docker ps -q --filter status=paused) >/dev/null 2>&1
  docker kill $(docker ps -q) >/dev/null 2>&1; kill $dockerd; wait $dockerd
  rmdir /sys/fs/cgroup/*$parent /sys/fs/cgroup$parent 2>/dev/null; :' EXIT
for each in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  ! docker version >/dev/null 2>&1 || break
  sleep 0.5
done
docker import -c 'CMD ["sleep", "36000"]' rootfs.tar shop/web:1 >/dev/null
docker network create shop >/dev/null
sh ./"$1"
sleep 1
sh docker-ps.probe >out/docker-ps
sh docker-inspect.probe >out/docker-inspect
docker ps -a --no-trunc --format 'table {{.Names}}\t{{.ID}}\t{{.Status}}\t{{.Ports}}' \
  >out/docker-ps.custom-columns
docker ps -a >out/docker-ps.cut-short
docker ps -a --size >out/docker-ps.with-sizes
sh netns.probe >out/netns
