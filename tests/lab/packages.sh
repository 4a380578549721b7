#!/bin/sh
# Installs what the lab's nodes are made of, on Debian as root; elsewhere says what is left out.
# Asks for programs, not packages: a docker from elsewhere is not replaced. Starts no service, and
# leaves none enabled that it brought itself.
set -u
left_out="the lab's tests are left out"

if ! [ -e /etc/debian_version ]; then
	echo "not Debian: $left_out"
	exit 0
fi

missing=""
need() {
	PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null 2>&1 && return
	case " $missing " in *" $2 "*) ;; *) missing="$missing $2" ;; esac
}
need dockerd docker.io
need docker docker.io
need containerd containerd
need sshd openssh-server
need ssh-keygen openssh-client
need bird bird
need bird6 bird
need birdc bird
need ethtool ethtool
need ip iproute2
need iptables iptables
need nft nftables
need ipset ipset
need conntrack conntrack
need tcpdump tcpdump
need ping iputils-ping
need busybox busybox-static
need nsenter util-linux
# podman, whose containers' networks the plugins or netavark make; both are kept out of PATH.
need podman podman
need catatonit catatonit
[ -e /usr/lib/cni/bridge ] || [ -e /usr/lib/podman/netavark ] || need cni containernetworking-plugins
# The history's tests start a PostgreSQL of their own; Debian keeps its programs out of PATH.
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || need initdb postgresql
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
	echo "not root: $left_out (missing:$missing)"
	exit 0
fi

# While this file says 101, Debian's maintainer scripts start nothing.
guard=/usr/sbin/policy-rc.d
if ! [ -e "$guard" ]; then
	trap 'rm -f "$guard"' EXIT INT TERM
	printf '#!/bin/sh\nexit 101\n' >"$guard"
	chmod 755 "$guard"
fi
export DEBIAN_FRONTEND=noninteractive
echo "installing for the lab:$missing"
# $missing is a list of words.
# shellcheck disable=SC2086
if ! { apt-get -qq update && apt-get -qq -y --no-remove --no-install-recommends install $missing; } >/dev/null; then
	echo "apt-get failed: $left_out (missing:$missing)"
	exit 0
fi
if [ -d /run/systemd/system ]; then
	for package in $missing; do
		case $package in
		docker.io) units="docker.service docker.socket" ;;
		containerd) units=containerd.service ;;
		openssh-server) units=ssh.service ;;
		bird) units="bird.service bird6.service" ;;
		postgresql) units=postgresql.service ;;
		*) units="" ;;
		esac
		# shellcheck disable=SC2086
		[ -z "$units" ] || systemctl --quiet disable $units || :
	done
fi
