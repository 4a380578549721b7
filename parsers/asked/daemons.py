"""The programs that a node's network hangs on."""

import re

from collector.probe import Probe, Where
from parsers.daemons import read_daemons, read_ps
from parsers.entry import SUDO, Entry
from parsers.records import Daemon, ServiceUnit
from parsers.services import read_units

# Names as the kernel has them, cut after 15 characters.
_DAEMONS = (
    "bird|bird6|confd|calico-node|calico-felix|calico-typha|calico-bgp-daemo|felix|dockerd|"
    "containerd|crio|cri-dockerd|kubelet|kubelite|k3s-server|k3s-agent|kube-proxy|kube-router|flanneld|cilium-agent|weaver|ovs-vswitchd|ovsdb-server|"
    "NetworkManager|systemd-network|systemd-resolve|systemd-timesyn|firewalld|chronyd|ntpd|ptp4l|"
    "charon.*|pluto|keepalived|zebra|bgpd|ospfd|staticd|bfdd|mgmtd|watchfrr|gobgpd|etcd|dnsmasq|"
    "dhclient|dhcpcd|udhcpc|teamd|lldpd|radvd"
)

# One grep over the names of all processes, then a few files of each daemon. What ends while we
# look is left out; a node that hides other users' processes hides the first one, too. The group's
# files are those of cgroup v2, then of v1.
_ASK = (
    f"""names='{_DAEMONS}'
"""
    r"""set -f
g=/sys/fs/cgroup
sed -n 's/^btime /btime /p' /proc/stat
printf 'first %s\n' "$(cat /proc/1/comm)"
set +f
found=$(grep -lsxE "$names" /proc/[0-9]*/comm)
set -f
for each in $found; do
  each=${each%/comm}
  IFS= read -r said 2>/dev/null <"$each/stat" || continue
  name=${said#*\(}
  name=${name%)*}
  set -- ${said##*) }
  [ $# -ge 20 ] || continue
  printf 'daemon %s %s %s %s %s\n' "${each#/proc/}" "$1" "$2" "${20}" "$name"
  printf 'args %s\n' "$(tr '\000\n' '  ' 2>/dev/null <"$each/cmdline")"
  printf 'netns %s\n' "$(readlink "$each/ns/net" 2>/dev/null)"
  two='' cpu='' memory=''
  while IFS= read -r line; do
    case $line in
      0::*) two=${line#0::} ;;
      *:cpu:*|*:cpu,*|*,cpu:*) cpu=${line#*:*:} ;;
      *:memory:*) memory=${line#*:*:} ;;
    esac
  done 2>/dev/null <"$each/cgroup"
  grep -hsE '^(nr_throttled|throttled_usec|throttled_time|oom_kill) ' "$g$two/cpu.stat" \
    "$g$two/memory.events" "$g/cpu$cpu/cpu.stat" "$g/memory$memory/memory.oom_control"
done
:"""
)

_UNITS = (
    "docker containerd crio cri-docker podman kubelet kube-proxy k3s k3s-agent rke2-server"
    " rke2-agent snap.microk8s.daemon-kubelite NetworkManager systemd-networkd networking network"
    " systemd-resolved firewalld ufw nftables iptables bird bird6 frr calico-node calico-felix"
    " calico-confd confd keepalived strongswan strongswan-starter openvswitch-switch chrony chronyd"
    " ntp ntpd ntpsec systemd-timesyncd ssh sshd"
)
_PROPERTIES = (
    "Id,LoadState,ActiveState,SubState,UnitFileState,MainPID,NRestarts,ActiveEnterTimestamp,"
    "ActiveEnterTimestampMonotonic,ExecMainStartTimestamp"
)

NO_SYSTEMD = re.compile(
    r"System has not been booted with systemd as init system \(PID 1\)\. Can't operate\."
    r"|Failed to (?:get D-Bus connection|connect to bus): .*"
)

ENTRIES: tuple[Entry, ...] = (
    Entry(
        Probe("daemons", _ASK, Where.NODE, needs="grep", shown="daemons of the network in /proc"),
        read_daemons,
        (Daemon,),
        re.compile(r"daemons of the network in /proc"),
        quiet=True,
        always=True,
    ),
    Entry(  # only read: /proc tells more, and of fewer processes
        Probe("ps", "", Where.NODE, shown="ps -eo pid,ppid,lstart,stat,etimes,args"),
        read_ps,
        (Daemon,),
        re.compile(SUDO + r"ps -?(?:e|ax?)o pid,ppid,lstart,stat,etimes,(?:args|cmd)"),
    ),
    Entry(
        Probe(
            "systemd-units",
            f"TZ=UTC LC_ALL=C systemctl show -p {_PROPERTIES} {_UNITS}",
            Where.NODE,
            needs="systemctl",
            shown="systemctl show UNITS OF THE NETWORK",
        ),
        read_units,
        (ServiceUnit,),
        re.compile(SUDO + r"(?:TZ=UTC )?systemctl show(?: .*)?"),
        quiet=True,
        lacking=NO_SYSTEMD,
    ),
)
