# Containers of podman in every state, and what it says of them. $1: "small" for few of them.
cd /run/scene
mkdir -p /etc/containers
cat >/etc/containers/storage.conf <<X
[storage]
driver = "vfs"
graphroot = "/var/lib/containers/storage"
runroot = "/run/containers/storage"
X
cat >/etc/containers/containers.conf <<X
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
X
echo '{"default": [{"type": "insecureAcceptAnything"}]}' >/etc/containers/policy.json
export PODMAN_IGNORE_CGROUPSV1_WARNING=1
image=localhost/web:1
podman import -c 'CMD ["sleep", "36000"]' rootfs.tar $image >/dev/null
podman network create shop >/dev/null
run() { podman run -d "$@" >/dev/null; }
run --network shop -p 8080:80 -p 9000-9002:9000-9002/udp --name web --restart on-failure:3 \
  -e DB_PASSWORD=hunter22 -e PATH_TO=/tmp $image
podman pod create --name shop-web --network shop -p 8443:443 --label tier=front >/dev/null
run --pod shop-web --name app $image
podman create --network none --name never-started $image >/dev/null
if [ "$1" != small ]; then
  run --network container:web --name neighbour $image
  run --network host --name on-the-host $image sh -c 'true --token hunter22; sleep 1000'
  run --network none --name healthy --health-cmd true --health-interval 1h $image
  podman run --network none --name ended $image sh -c 'exit 3' || :
  run --pod shop-web --name side $image
  podman pod create --name empty-pod >/dev/null
  ip netns add blue
  run --network ns:/run/netns/blue --name in-blue $image
  run --network none --name paused $image
  podman pause paused >/dev/null
  trap "podman unpause paused >/dev/null" EXIT  # a frozen process would outlive the scene
fi
sleep 1
podman --version
sh podman-inspect.probe >out/podman-inspect
sh podman-ps.probe >out/podman-ps
podman ps -a --pod >out/podman-ps.with-pods
podman ps --format 'table {{.Names}} {{.Image}} {{.Status}}' >out/podman-ps.custom-columns
sh netns.probe >out/netns
