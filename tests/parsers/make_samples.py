"""Makes the samples of ``ip``, ``ethtool -S`` and the kernel's own files, as root:
``python -m tests.parsers.make_samples``. Each is what the real program printed here.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

from parsers.catalogue import entry
from tests.golden import ROOT, SAMPLES
from tests.parsers import ask_netlink
from tests.parsers.scene import ip, scene

_ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}

_TYPED = {
    "ip-addr/without-details": "addr show",
    "ip-addr/with-counters": "-s addr show",
    "ip-addr/links-only": "link show",
    "ip-route/one-line": "-o -4 route show table all",
    "ip-route/with-statistics": "-s -4 route show",
    "ip6-route/one-line": "-o -6 route show table all",
    "ip-neigh/proxy": "neigh show proxy",
    "ip-neigh/with-statistics": "-s neigh show",
}

_ALONE = """
grep ' - nsfs ' /proc/self/mountinfo | cut -d ' ' -f 5 | xargs -r umount
mount -t tmpfs none /run
mkdir /run/netns
hostname k8s2
ip netns add seen-by-mount
unshare -n sleep 5 &
sleep 0.3
"""


def main() -> None:
    """Write the samples; ``make golden`` then writes what is read from them."""
    with scene("nspscene") as netns:
        time.sleep(2.5)  # until duplicate address detection is over
        for probe in ("ip-addr", "ip-route", "ip6-route", "ip-rule", "ip6-rule", "ip-neigh"):
            _put(f"{probe}/scene", _asked(netns, probe))
        _put("sysctl/scene", _asked(netns, "sysctl"))
        _put("ethtool-S/veth@far0", _asked(netns, "ethtool-S", "far0"))
        for probe, text in _heard(netns).items():
            _put(f"{probe}/scene", text.encode())
        for sample, words in _TYPED.items():
            _put(sample, ip("-n", netns, *words.split()).encode())
        ip("-n", netns, "link", "set", "up1", "down")
        _put("ip-route/carrier-lost", _asked(netns, "ip-route"))
        _put("ip-addr/carrier-lost", _asked(netns, "ip-addr"))
        ip("-n", netns, "link", "set", "up0", "down")
        _put("ip-route/interface-down", _asked(netns, "ip-route"))
    _put("node/k8s2", _alone("node"))
    _put("netns/own-processes", _alone("netns"))


def _asked(netns: str, probe: str, subject: str = "") -> bytes:
    command = ["ip", "netns", "exec", netns, "sh", "-c", entry(probe).probe.command, "sh", subject]
    return subprocess.run(command, capture_output=True, check=True, env=_ENVIRONMENT).stdout


def _heard(netns: str) -> dict[str, str]:
    """Return what pyroute2 hears in the namespace, by probe."""
    command = ["ip", "netns", "exec", netns, sys.executable, "-m", ask_netlink.__name__]
    heard = subprocess.run(command, capture_output=True, check=True, cwd=ROOT).stdout
    texts: dict[str, str] = json.loads(heard)
    return texts


def _alone(probe: str) -> bytes:
    """Ask where only a few processes of our own are to be seen."""
    command = f"{_ALONE}{entry(probe).probe.command}"
    alone = ["unshare", "--pid", "--mount", "--uts", "--net", "--fork", "--mount-proc"]
    return subprocess.run(
        [*alone, "sh", "-c", command], capture_output=True, check=False, env=_ENVIRONMENT
    ).stdout


def _put(sample: str, data: bytes) -> None:
    path = Path(SAMPLES, f"{sample}.txt")
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)


if __name__ == "__main__":
    main()
