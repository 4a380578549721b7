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

_AS_K8S2 = """
hostname k8s2
mount -t tmpfs none /var/lib
mkdir /var/lib/calico
printf k8s2 >/var/lib/calico/nodename
"""


def main() -> None:
    """Write the samples; ``make golden`` then writes what is read from them."""
    _put("node/debian", _alone(_AS_K8S2 + asked("node"), zone="Europe/Berlin"))
    with _pair("nspkernel1", "nspkernel2") as (netns, _):
        _put("sysctl/pod", run(netns, asked("sysctl")))
        _put("sysctl-node/namespace", run(netns, asked("sysctl-node")))


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
def _pair(one: str, two: str) -> Iterator[tuple[str, str]]:
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


def _put(sample: str, text: bytes) -> None:
    path = Path(SAMPLES, f"{sample}.txt")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)


if __name__ == "__main__":
    main()
