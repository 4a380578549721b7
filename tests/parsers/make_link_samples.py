"""Makes the samples of links, forwarding entries, queues and filters, as root:

``python -m tests.parsers.make_link_samples [CASE=ROOT ...]``. ROOT is the root of a tree with other
versions of iproute2; its answers become the samples called CASE.
"""

import shlex
import subprocess
import sys
import time
from pathlib import Path

from parsers.catalogue import entry
from tests.golden import SAMPLES
from tests.parsers.link_scene import PATH, link_scene
from tests.parsers.scene import scene

PROBES: tuple[str, ...] = (
    "ip-counters",
    "bridge-fdb",
    "bridge-link",
    "bridge-vlan",
    "tc-qdisc",
    "tc-class",
    "tc-filter",
)
ROUTING = ("ip-route", "ip6-route", "ip-rule", "ip6-rule", "ip-neigh")
HOST = ("ethtool-link", "ethtool-k", "ethtool-i", "ethtool-settings")
"""Asked of the cards of this machine too: a namespace of our own has none."""

CARDS = {
    "": "ethtool-link",
    "-k": "ethtool-k",
    "-i": "ethtool-i",
    "-g": "ethtool-settings",
}
TYPED = {"ip-addr/{case}": "ip -s -s -d addr show"}
TYPED_HERE = {
    "ip-addr/one-line": "ip -o -s -d link show",
    "ip-addr/one-line-addresses": "ip -o addr show",
    "ip-brief/addresses": "ip -br addr show",
    "ip-brief/links": "ip -br link show",
}
_PATH = "PATH=/usr/sbin:/usr/bin:/sbin:/bin"


def main() -> None:
    """Write the samples of this machine's programs, then those of each tree."""
    trees = dict(each.split("=", 1) for each in sys.argv[1:])
    with link_scene("nspslinks") as netns:
        time.sleep(2.5)  # until duplicate address detection is over
        _put_links(netns, {"links": "/", **trees})
        for sample, command in TYPED_HERE.items():
            _put(sample, _said(netns, "/", command))
        for probe in HOST:
            command = entry(probe).probe.command
            _put(f"{probe}/links", _said(netns, "/", command))
            said = subprocess.run(["sh", "-c", command], capture_output=True, check=False)
            _put(f"{probe}/virtio", said.stdout)
    with scene("nspsold") as netns:
        time.sleep(2.5)
        _ask(netns, trees, ROUTING)
    with link_scene("nspspath", PATH) as netns:
        _ask(netns, {"path": "/", **trees}, ("ip-route-cache", "ip6-route-cache"))
    for root in trees.values():
        _put_cards(root)


def _put_links(netns: str, trees: dict[str, str]) -> None:
    _ask(netns, trees, PROBES)
    for case, root in trees.items():
        for sample, command in TYPED.items():
            _put(sample.format(case=case), _said(netns, root, command))


def _ask(netns: str, trees: dict[str, str], probes: tuple[str, ...]) -> None:
    """Ask each tree's programs the probes' own questions."""
    for case, root in trees.items():
        for probe in probes:
            _put(f"{probe}/{case}", _said(netns, root, entry(probe).probe.command))


def _put_cards(root: str) -> None:
    """Ask a tree's ethtool for the first card of this machine."""
    card = next(each.parent.name for each in Path("/sys/class/net").glob("*/device"))
    version = _ethtool(root, "--version").split()[-1].decode()
    for option, probe in CARDS.items():
        _put(f"{probe}/ethtool-{version}", _ethtool(root, *option.split(), card))


def _ethtool(root: str, *words: str) -> bytes:
    done = subprocess.run(["chroot", root, "ethtool", *words], capture_output=True, check=False)
    return done.stdout


def _said(netns: str, root: str, command: str) -> bytes:
    """Return what a command of a tree says in the namespace."""
    inside = (
        f"mkdir -p {root}/proc; mountpoint -q {root}/proc || mount -t proc none {root}/proc;"
        f" exec chroot {root} env -i LC_ALL=C {_PATH} sh -c {shlex.quote(command)}"
    )
    done = subprocess.run(
        ["ip", "netns", "exec", netns, "unshare", "--mount", "sh", "-c", inside],
        capture_output=True,
        check=False,
    )
    if done.stderr:
        print(f"{root} {command}: {done.stderr.decode()}", file=sys.stderr)
    return done.stdout


def _put(sample: str, data: bytes) -> None:
    path = Path(SAMPLES, f"{sample}.txt")
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)


if __name__ == "__main__":
    main()
