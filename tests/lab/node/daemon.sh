#!/bin/sh
# Starts a daemon of a lab node unless it runs; a stopped one (SIGSTOP) is let go on.
# $1 its name, $2 the node's directory, $3 the parent of its containers' control groups.
set -eu
daemon=$1 dir=$2 cgroups=$3
pidfile=/run/$daemon.pid
if [ -e "$pidfile" ] && kill -CONT "$(cat "$pidfile")" 2>/dev/null; then exit 0; fi
rm -f "$pidfile"

case $daemon in
sshd) /usr/sbin/sshd -f "$dir/sshd_config" -E "$dir/sshd.log" ;;
bird | bird6) "$daemon" -c "$dir/$daemon.conf" -s "/run/calico/$daemon.ctl" -P "$pidfile" ;;
calico-felix)
	setsid /usr/local/sbin/calico-felix </dev/null >/dev/null 2>&1 &
	echo "$!" >"$pidfile"
	;;
dockerd)
	setsid dockerd --config-file "$dir/daemon.json" --data-root "$dir/docker" \
		--exec-root /run/docker -p "$pidfile" -H unix:///run/docker.sock \
		--cgroup-parent "$cgroups" --exec-opt native.cgroupdriver=cgroupfs --bridge=none \
		--iptables=false --ip6tables=false --ip-forward=false --ip-masq=false \
		--userland-proxy=false </dev/null >>"$dir/dockerd.log" 2>&1 &
	;;
esac
