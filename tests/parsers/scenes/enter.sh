#!/bin/sh
# Runs a scene in namespaces of its own: enter.sh ROOT SCENE OUT SCRIPT [ARGUMENT...]
# ROOT is a Debian to change into ("/": this one; its /etc and /var/lib stay untouched), SCENE a
# folder with a script, OUT the directory where it leaves what was said (/run/scene/out to it).
set -eu
exec unshare --mount --pid --net --uts --ipc --fork --kill-child --propagation private sh -euc '
root=${1%/} here=$2 out=$3
shift 3
tmp=$(mktemp -d)
mount -t tmpfs tmpfs "$tmp"
mkdir "$tmp/root"
mount --rbind "$root/" "$tmp/root"
root=$tmp/root
mount -t proc proc "$root/proc"
mount -t sysfs sys "$root/sys"
mount --rbind /sys/fs/cgroup "$root/sys/fs/cgroup"
umount "$root/sys/fs/cgroup/unified" 2>/dev/null || :
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
for each in etc var/lib; do
  mkdir -p "$tmp/$each.work" "$tmp/$each.upper"
  mount -t overlay -o "lowerdir=$root/$each,upperdir=$tmp/$each.upper,workdir=$tmp/$each.work" \
    overlay "$root/$each"
done
for each in containers containerd cni; do
  mkdir -p "$root/var/lib/$each"
  mount -t tmpfs tmpfs "$root/var/lib/$each"
done
mkdir -p "$root/run/netns" "$root/run/scene/out"
cp "$here"/* "$root/run/scene"
mount --bind "$out" "$root/run/scene/out"
hostname k8s2
ip link set lo up
exec chroot "$root" env -i HOME=/root LC_ALL=C TZ=UTC TERM=dumb \
  PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin sh -eu "$@"
' sh "$@"
