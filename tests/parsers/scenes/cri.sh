# Pods of containerd's, made as the kubelet makes them, and what crictl ($1) says of them.
cd /run/scene
crictl() { command "$crictl" "$@"; }
crictl=$1
mkdir -p /etc/containerd /etc/cni/net.d bin
ln -s "$(command -v "$crictl")" bin/crictl
PATH=/run/scene/bin:$PATH
case $(containerd --version) in
  *" 1."*) cat >/etc/containerd/config.toml <<X ;;
version = 2
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "localhost/pause:1"
restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "native"
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
X
  *) cat >/etc/containerd/config.toml <<X ;;
version = 3
[plugins."io.containerd.cri.v1.images"]
snapshotter = "native"
[plugins."io.containerd.cri.v1.images".pinned_images]
sandbox = "localhost/pause:1"
[plugins."io.containerd.cri.v1.runtime"]
restrict_oom_score_adj = true
[plugins."io.containerd.cri.v1.runtime".cni]
bin_dirs = ["/usr/lib/cni"]
X
esac
cat >/etc/cni/net.d/10-pods.conflist <<X
{"cniVersion": "0.4.0", "name": "pods", "plugins": [{"type": "bridge", "bridge": "cni0",
  "isGateway": true, "ipam": {"type": "host-local", "dataDir": "/run/cni-ipam",
  "ranges": [[{"subnet": "192.168.167.64/26"}], [{"subnet": "fd00:167::/64"}]],
  "routes": [{"dst": "0.0.0.0/0"}]}}]}
X
containerd >containerd.log 2>&1 &
for each in 1 2 3 4 5 6 7 8 9 10; do
  ! ctr version >/dev/null 2>&1 || break
  sleep 0.5
done

# image NAME COMMAND
image() {
  layer=$(sha256sum rootfs.tar)
  cat >config.json <<X
{"architecture": "amd64", "os": "linux", "config": {"Cmd": $2,
  "Env": ["PATH=/bin", "IMAGE_TOKEN=s3cret-of-the-image"]},
  "rootfs": {"type": "layers", "diff_ids": ["sha256:${layer%% *}"]}}
X
  echo '[{"Config": "config.json", "RepoTags": ["'"$1"'"], "Layers": ["rootfs.tar"]}]' >manifest.json
  tar -cf image.tar config.json manifest.json rootfs.tar
  ctr -n k8s.io images import --snapshotter native $local image.tar >/dev/null
}
local=
! ctr images import --help | grep -q -e '--local' || local=--local
image localhost/pause:1 '["/pause"]'
image localhost/web:1 '["sleep", "36000"]'
export CONTAINER_RUNTIME_ENDPOINT=unix:///run/containerd/containerd.sock
export IMAGE_SERVICE_ENDPOINT=$CONTAINER_RUNTIME_ENDPOINT
containerd --version
. ./pods.sh
