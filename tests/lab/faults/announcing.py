"""A machine that tells all others on the data subnet that an address is its own (ARP)."""

from functools import partial
from pathlib import Path

from tests.lab.lab import Lab
from tests.lab.nodes import wait_until
from tests.lab.plan import NIC, NODES, Node
from tests.lab.shell import run
from tests.lab.switch import data_switch, node_namespace

TIMES = 300
"""Once a second, by each of several: who really has the address is heard now and then, too."""


def announce(lab: Lab, of: Node, by: str, nic: str) -> None:
    """Have a machine announce a node's address until it is silenced; the gateway does not listen.

    ``by`` is the name of the machine's namespace in the lab, ``nic`` its interface.
    """
    mac = _mac(lab, of.name, NIC)
    run(["ip", "-n", data_switch(lab.state), "neigh", "replace", of.address, "lladdr", mac,
         "dev", "br0", "nud", "permanent"])  # fmt: skip
    where = node_namespace(lab.state, by)
    arping = f"busybox arping -U -I {nic} -c {TIMES} {of.address}"
    one = f"setsid ip netns exec {where} {arping} </dev/null >/dev/null 2>&1 & echo $!"
    line = f"for each in 1 2 3 4; do {one}; sleep 0.25; done"
    _pid_file(lab).write_text(run(["sh", "-c", line]))
    own = _mac(lab, by, nic)
    for node in NODES:
        if node.name not in (of.name, by):
            wait_until(
                partial(_believes, lab, node.name, of.address, own),
                10.0,
                f"{node.name} finds {of.address} at {own}",
            )


def silence(lab: Lab, of: Node) -> None:
    """End the announcements, and have everyone forget where the address was."""
    file = _pid_file(lab)
    if file.exists():
        run(["sh", "-c", f"kill {' '.join(file.read_text().split())} 2>/dev/null || :"])
        file.unlink()
    lab.run_on_switch(f"ip neigh del {of.address} dev br0 2>/dev/null || :")
    for node in NODES:
        lab.run(node.name, f"ip neigh del {of.address} dev {NIC} 2>/dev/null || :")


def _mac(lab: Lab, name: str, nic: str) -> str:
    words = run(["ip", "-n", node_namespace(lab.state, name), "-o", "link", "show", nic]).split()
    return words[words.index("link/ether") + 1]


def _believes(lab: Lab, node: str, address: str, mac: str) -> bool:
    return mac in lab.run(node, f"ip neigh show {address} dev {NIC}")


def _pid_file(lab: Lab) -> Path:
    return lab.run_dir / "announcing.pid"
