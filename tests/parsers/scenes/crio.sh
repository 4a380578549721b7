# Pods of CRI-O's, and what crictl ($1) says of them.
cd /run/scene
crictl() { command "$crictl" "$@"; }
crictl=$1
mkdir -p /etc/crio /etc/cni/net.d /etc/containers bin
ln -s "$(command -v "$crictl")" bin/crictl
PATH=/run/scene/bin:$PATH
# Not every machine lets a process lower its score, and CRI-O has no switch for that.
cat >bin/runc <<X
#!/bin/sh
last=
for each; do
  case \$last in --bundle|-b) sed -i 's/"oomScoreAdj": *-*[0-9]*/"oomScoreAdj":1000/' \$each/config.json ;; esac
  last=\$each
done
exec /usr/sbin/runc "\$@"
X
chmod 755 bin/runc
echo '{"default": [{"type": "insecureAcceptAnything"}]}' >/etc/containers/policy.json
cat >/etc/containers/storage.conf <<X
[storage]
driver = "vfs"
graphroot = "/var/lib/containers/storage"
runroot = "/run/containers/storage"
X
cat >/etc/crio/crio.conf <<X
[crio.image]
pause_image = "localhost/pause:1"
pause_command = "/pause"
[crio.runtime]
default_runtime = "runc"
cgroup_manager = "cgroupfs"
conmon_cgroup = "pod"
[crio.runtime.runtimes.runc]
runtime_path = "/run/scene/bin/runc"
monitor_path = "/usr/bin/conmon"
[crio.network]
plugin_dirs = ["/usr/lib/cni"]
X
cat >/etc/cni/net.d/10-pods.conflist <<X
{"cniVersion": "0.4.0", "name": "pods", "plugins": [{"type": "bridge", "bridge": "cni0",
  "isGateway": true, "ipam": {"type": "host-local", "dataDir": "/run/cni-ipam",
  "ranges": [[{"subnet": "192.168.167.64/26"}]], "routes": [{"dst": "0.0.0.0/0"}]}}]}
X
export PODMAN_IGNORE_CGROUPSV1_WARNING=1
podman import -c 'ENTRYPOINT ["/pause"]' rootfs.tar localhost/pause:1 >/dev/null
podman import -c 'CMD ["sleep", "36000"]' -c 'ENV IMAGE_TOKEN=s3cret-of-the-image' \
  rootfs.tar localhost/web:1 >/dev/null
crio >crio.log 2>&1 &
export CONTAINER_RUNTIME_ENDPOINT=unix:///run/crio/crio.sock
export IMAGE_SERVICE_ENDPOINT=$CONTAINER_RUNTIME_ENDPOINT
for each in 1 2 3 4 5 6 7 8 9 10; do
  ! crictl version >/dev/null 2>&1 || break
  sleep 0.5
done
crio --version | head -1
. ./pods.sh
