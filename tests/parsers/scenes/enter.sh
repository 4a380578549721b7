#!/bin/sh
# Runs a scene in namespaces of its own: enter.sh ROOT SCENE OUT [ARGUMENT...]
# ROOT is a Debian to change into ("/": this one, whose /etc and /var/lib stay untouched), SCENE a
# script, OUT the directory where it leaves what was said (/run/scene/out to it).
set -eu
exec unshare --mount --pid --net --uts --ipc --fork --kill-child --propagation private sh -euc '
root=${1%/} here=$2 out=$3
shift 3
tmp=$(mktemp -d)
mount -t tmpfs tmpfs "$tmp"
mkdir -p "$tmp/root" "$tmp/var" "$tmp/work" "$tmp/etc" "$tmp/etc-work"
mount --rbind "$root/" "$tmp/root"
root=$tmp/root
mount -t proc proc "$root/proc"
mount -t sysfs sys "$root/sys"
mount --rbind /sys/fs/cgroup "$root/sys/fs/cgroup"
umount "$root/sys/fs/cgroup/unified" 2>/dev/null || :
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
mount -t overlay -o "lowerdir=$root/etc,upperdir=$tmp/etc,workdir=$tmp/etc-work" overlay "$root/etc"
for each in containers containerd docker cni; do
  [ ! -d "$root/var/lib/$each" ] || mount -t tmpfs tmpfs "$root/var/lib/$each"
done
mkdir -p "$root/run/netns" "$root/run/scene/out"
cp "$here"/* "$root/run/scene"
mount --bind "$out" "$root/run/scene/out"
hostname k8s2
ip link set lo up
exec chroot "$root" env -i HOME=/root LC_ALL=C TZ=UTC TERM=dumb \
  PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin sh -eu "$@"
' sh "$@"
