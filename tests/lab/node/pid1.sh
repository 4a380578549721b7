#!/bin/sh
# PID 1 of a lab node: makes the mount namespace the node's own, starts its daemons, and stays.
# When it ends, the kernel ends all that runs on the node: a power cut.
# $1 the node's name, $2 its directory, $3 the parent of its containers' control groups.
set -eu
name=$1 dir=$2 cgroups=$3
cd /
mount --make-rprivate /
hostname "$name"

# Let go of the other namespaces of this machine; a copy held here would keep them alive.
held=$(awk '$2 ~ "^/run/netns" { print $2 }' /proc/mounts | sort -r)
for path in $held; do umount -l "$path" || :; done
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/sshd /run/calico /run/docker /run/netns /run/root /run/lab
mount -t tmpfs -o mode=755 tmpfs /var/log
mkdir -p /var/lib/calico
mount -t tmpfs -o mode=755 tmpfs /var/lib/calico
printf %s "$name" >/var/lib/calico/nodename

# The node's own accounts, programs and identity over the machine's.
mkdir -p "$dir/etc-work"
mount -t overlay -o "lowerdir=/etc,upperdir=$dir/etc,workdir=$dir/etc-work" overlay /etc
mount -t overlay -o "lowerdir=$dir/sbin:/usr/local/sbin" overlay /usr/local/sbin
cat /proc/sys/kernel/random/uuid >/run/lab/boot_id
mount --bind /run/lab/boot_id /proc/sys/kernel/random/boot_id

echo 1 >/proc/sys/net/ipv4/ip_forward
echo 0 >/proc/sys/net/ipv4/conf/mgmt0/forwarding
echo 1 >/proc/sys/net/ipv4/conf/mgmt0/arp_ignore

for daemon in sshd calico-felix bird bird6 dockerd; do
	sh "${0%/*}/daemon.sh" "$daemon" "$dir" "$cgroups"
done

# Waiting also reaps the orphans that PID 1 inherits.
while :; do
	sleep 86400 &
	wait "$!" || :
done
