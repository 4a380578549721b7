"""Makes the samples of what a node and its kernel tell of themselves, as root on Debian:
``python -m tests.parsers.make_kernel_samples``. Each is what the real program printed here.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from parsers.catalogue import entry
from tests.golden import SAMPLES

ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}

_KNOWN = "grep -E 'martian|duplicate|segfault|ut of memory|SYN flood' | tail -n 20"

_AS_K8S2 = """
hostname k8s2
mount -t tmpfs none /var/lib
mkdir /var/lib/calico
printf k8s2 >/var/lib/calico/nodename
"""


# Linux reports these in its log: packets from nowhere, an address taken twice, a crash, a process
# beyond the memory of its group, more connections than a socket takes.
_MESSAGES = r"""
echo 1 >/proc/sys/net/ipv4/conf/all/log_martians
echo 1 >/proc/sys/net/ipv4/conf/eth0/rp_filter
ip -n nspkernel2 addr add 127.9.9.9/32 dev lo
ip -n nspkernel2 addr add 10.66.0.1/32 dev lo
ip netns exec nspkernel2 ping -c 1 -W 1 -I 10.66.0.1 172.16.78.51 || true
ip -n nspkernel2 -6 addr add fd00:78::1/64 dev eth0
sleep 3
ip -6 addr add fd00:78::1/64 dev eth0
python3 -c 'import ctypes; ctypes.string_at(0)' || true
ip netns exec nspkernel2 nft 'add table inet f
  add chain inet f i { type filter hook input priority 0; }
  add rule inet f i tcp sport 8080 drop'
python3 -c 'import socket, time; s = socket.create_server(("172.16.78.51", 8080), backlog=1)
time.sleep(4)' &
sleep 1
ip netns exec nspkernel2 python3 -c '
import socket, time
clients = [socket.socket() for _ in range(6)]
for client in clients:
    client.setblocking(False)
    client.connect_ex(("172.16.78.51", 8080))
time.sleep(1)'
wait
"""

_BEYOND_THE_MEMORY = r"""
group=/sys/fs/cgroup/memory/nspkernel
mkdir $group
echo 20000000 >$group/memory.limit_in_bytes
sh -c "echo \$\$ >$group/cgroup.procs; exec python3 -c 'x = bytearray(90000000)'" || true
sleep 1
rmdir $group
"""


# What podman's package puts there, and files as people write and break them.
_CNI = r"""
mkdir /tmp/nspkernel
cp /etc/cni/net.d/87-podman-bridge.conflist /tmp/nspkernel
mount --bind /tmp/nspkernel /etc/cni/net.d
cd /etc/cni/net.d
head -c 200 87-podman-bridge.conflist >99-cut.conflist
: >98-empty.conf
printf '{"cniVersion": "0.3.1", "name": "lo", "type": "loopback"}' >99-loopback.conf
printf 'token: not-to-be-read\n' >calico-kubeconfig
"""


def main() -> None:
    """Write the samples; ``make golden`` then writes what is read from them."""
    put("node/debian", _alone(_AS_K8S2 + asked("node"), zone="Europe/Berlin"))
    put("cni/podman-and-broken", _alone(f"{_CNI}({asked('cni')}\n)\nrm -r /tmp/nspkernel"))
    for probe in ("neighbour-tables", "softnet"):
        put(f"{probe}/host", _alone(asked(probe)))
    with pair("nspkernel1", "nspkernel2") as (netns, _):
        put("sysctl/pod", run(netns, asked("sysctl")))
        put("sysctl-node/namespace", run(netns, asked("sysctl-node")))
        put("protocol-counters/namespace", run(netns, asked("protocol-counters")))
        put("protocol-counters/every-line", run(netns, entry("protocol-counters").probe.text()))
        put("protocol-counters/nstat", run(netns, "nstat -asz"))
        _alone(_BEYOND_THE_MEMORY)
        run(netns, _MESSAGES)
        put("kernel-log/messages", run(netns, asked("kernel-log")))
        put("kernel-log/by-the-clock", run(netns, f"dmesg -T | {_KNOWN}"))
        put("kernel-log/iso", run(netns, f"dmesg --time-format iso | {_KNOWN}"))
        put("kernel-log/busybox", run(netns, f"busybox dmesg | {_KNOWN}"))
        put("kernel-log/with-levels", run(netns, f"dmesg -x | {_KNOWN}"))


def asked(probe: str) -> str:
    """Return what the catalogue asks."""
    return entry(probe).probe.command


def run(netns: str, script: str) -> bytes:
    """Run a script in a network namespace, which has its own /sys then."""
    command = ["ip", "netns", "exec", netns, "sh", "-c", script]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, env=ENVIRONMENT).stdout


def _alone(script: str, zone: str = "UTC") -> bytes:
    """Run a script where it may mount things and has a host name of its own."""
    command = ["unshare", "--mount", "--uts", "sh", "-ec", script]
    environment = ENVIRONMENT | {"TZ": zone}
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, env=environment).stdout


@contextmanager
def pair(one: str, two: str) -> Iterator[tuple[str, str]]:
    """Two namespaces joined by a veth pair, 172.16.78.51 and .52, with all links up."""
    commands = [f"netns add {one}", f"netns add {two}"]
    commands += [f"link add eth0 netns {one} type veth peer name eth0 netns {two}"]
    for name, address in ((one, "172.16.78.51/24"), (two, "172.16.78.52/24")):
        commands += [f"-n {name} addr add {address} dev eth0", f"-n {name} link set eth0 up"]
        commands += [f"-n {name} link set lo up"]
    try:
        for command in commands:
            subprocess.run(["ip", *command.split()], check=True)
        yield one, two
    finally:
        for name in (one, two):
            subprocess.run(["ip", "netns", "del", name], check=False)


def put(sample: str, text: bytes) -> None:
    path = Path(SAMPLES, f"{sample}.txt")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)


if __name__ == "__main__":
    main()
