"""Makes the samples of pings, as root on Debian: ``python -m tests.parsers.make_ping_samples``.

A sender, a router and a receiver in network namespaces of their own, asked by the very command
that a sweep makes, with the ``ping`` of iputils and with that of busybox.
"""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from parsers.asked.ping import Ring, probe
from tests.parsers.make_kernel_samples import ENVIRONMENT, put

HERE, THERE, MORE, NOBODY = "172.16.78.51", "172.16.79.52", "172.16.79.53", "172.16.79.99"
SIX = ("2001:db8:78::51", "2001:db8:79::52")
FOUR = Ring((HERE, THERE, MORE, NOBODY), (1, 3, 2))
BOTH = (FOUR, Ring(SIX, (1,)))

CASES = {
    "answered": ("", ""),
    "smaller-on-the-way": ("ip -n {router} link set right mtu 1400", ""),
    "black-hole": (
        (
            "ip -n {router} link set right mtu 1400; ip netns exec {router} iptables -A OUTPUT "
            "-p icmp --icmp-type fragmentation-needed -j DROP; ip netns exec {router} ip6tables "
            "-A OUTPUT -p icmpv6 --icmpv6-type packet-too-big -j DROP"
        ),
        "",
    ),
    "no-route": ("ip -n {sender} route del default; ip -n {sender} -6 route del default", ""),
    "filtered": ("ip netns exec {sender} iptables -A OUTPUT -p icmp -j DROP", ""),
    "prohibited": ("ip -n {router} route add prohibit 172.16.79.53", ""),
    "of-nobody": ("ip -n {sender} addr flush dev eth0", ""),
    "busybox": ("ip -n {router} link set right mtu 1400", "busybox"),
    "busybox-no-route": ("ip -n {sender} route del default", "busybox"),
}
"""By case: what is done to the namespaces, and whose ping asks."""


def main() -> None:
    """Write the samples; ``make golden`` then writes what is read from them."""
    for case, (altered, program) in CASES.items():
        with scene() as names:
            _run(altered.format(**names))
            put(f"ping/{case}", ask(names["sender"], probe(BOTH).command, program))


@contextmanager
def scene() -> Iterator[dict[str, str]]:
    """Three namespaces in a row; the one in the middle forwards. Yields their names."""
    names = {role: f"nsping{role}" for role in ("sender", "router", "receiver")}
    try:
        _run(_SCENE.format(**names))
        yield names
    finally:
        for name in names.values():
            subprocess.run(["ip", "netns", "del", name], check=False)


_SCENE = """
for name in {sender} {router} {receiver}; do ip netns add $name; ip -n $name link set lo up; done
ip link add eth0 netns {sender} type veth peer name left netns {router}
ip link add right netns {router} type veth peer name eth0 netns {receiver}
ip netns exec {router} sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward
  echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
ip -n {sender} addr add 172.16.78.51/24 dev eth0
ip -n {router} addr add 172.16.78.1/24 dev left
ip -n {router} addr add 172.16.79.1/24 dev right
ip -n {receiver} addr add 172.16.79.52/24 dev eth0
ip -n {receiver} addr add 172.16.79.53/24 dev eth0
ip -n {sender} addr add 2001:db8:78::51/64 dev eth0 nodad
ip -n {router} addr add 2001:db8:78::1/64 dev left nodad
ip -n {router} addr add 2001:db8:79::1/64 dev right nodad
ip -n {receiver} addr add 2001:db8:79::52/64 dev eth0 nodad
ip -n {sender} link set eth0 up
ip -n {router} link set left up
ip -n {router} link set right up
ip -n {receiver} link set eth0 up
ip -n {sender} route add default via 172.16.78.1
ip -n {receiver} route add default via 172.16.79.1
ip -n {sender} -6 route add default via 2001:db8:78::1
ip -n {receiver} -6 route add default via 2001:db8:79::1
sleep 1
"""


def ask(netns: str, command: str, program: str = "", shell: tuple[str, ...] = ("sh",)) -> bytes:
    """Run a command as the probe script does: only the network is another."""
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(ENVIRONMENT)
        if program:
            for name in ("ping", "ping6", "ip"):
                Path(folder, name).symlink_to(f"/bin/{program}")
            environment["PATH"] = f"{folder}:{environment['PATH']}"
        done = subprocess.run(
            ["nsenter", f"--net=/run/netns/{netns}", *shell, "-c", command],
            capture_output=True,
            check=True,
            env=environment,
        )
    if done.stderr:
        raise RuntimeError(f"it said: {done.stderr.decode()}")
    return done.stdout


def _run(script: str) -> None:
    subprocess.run(["sh", "-ec", script], check=True)


if __name__ == "__main__":
    main()
