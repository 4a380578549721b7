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

# pod NAMESPACE NAME UID ATTEMPT OPTIONS
pod() {
  host="\"hostname\": \"$2\","
  [ -z "$5" ] || host=
  cat >"$2.json" <<X
{"metadata": {"namespace": "$1", "name": "$2", "uid": "$3", "attempt": $4}, $host
  "log_directory": "/run/scene",
  "labels": {"io.kubernetes.pod.namespace": "$1", "io.kubernetes.pod.name": "$2",
    "io.kubernetes.pod.uid": "$3", "app": "$2"},
  "annotations": {"kubernetes.io/config.source": "api",
    "kubectl.kubernetes.io/last-applied-configuration": "{\"env\":{\"DB_PASSWORD\":\"hunter22\"}}"},
  "linux": {"security_context": {"namespace_options": {$5}}}}
X
  crictl runp "$2.json" 2>/dev/null
}

# container NAMESPACE POD ID NAME ATTEMPT COMMAND
container() {
  cat >container.json <<X
{"metadata": {"name": "$4", "attempt": $5}, "image": {"image": "localhost/web:1"}, "command": $6,
  "envs": [{"key": "DB_PASSWORD", "value": "hunter22"}, {"key": "PLAIN_SETTING", "value": "42"}],
  "labels": {"io.kubernetes.container.name": "$4", "io.kubernetes.pod.namespace": "$1",
    "io.kubernetes.pod.name": "$2"},
  "annotations": {"io.kubernetes.container.restartCount": "$5"}, "log_path": "$4.log", "linux": {}}
X
  crictl create "$3" container.json "$2.json" 2>/dev/null
}

sleeps='["sleep", "36000"]'
web=$(pod shop web-1 8586bf7c-e21a-11e6-9e5d-0025904aabd6 0 "")
crictl start "$(container shop web-1 "$web" nginx 0 '["sh", "-c", "exit 3"]')" >/dev/null
sleep 1
crictl start "$(container shop web-1 "$web" nginx 1 "$sleeps")" >/dev/null
container shop web-1 "$web" late 0 "$sleeps" >/dev/null
proxy=$(pod kube-system kube-proxy 0a3cbbb9-e21a-11e6-9e5d-0025904aabd6 0 '"network": 2')
crictl start "$(container kube-system kube-proxy "$proxy" kube-proxy 0 "$sleeps")" >/dev/null
old=$(pod shop db-0 5d1a1f06-e21a-11e6-9e5d-0025904aabd6 0 "")
crictl stopp "$old" >/dev/null
pod shop db-0 5d1a1f06-e21a-11e6-9e5d-0025904aabd6 1 "" >/dev/null
sleep 1
crictl --version
containerd --version
unset CONTAINER_RUNTIME_ENDPOINT IMAGE_SERVICE_ENDPOINT
for each in crictl-inspect crictl-ps crictl-pods netns; do
  sh $each.probe >out/$each
done
