"""A machine that is no node takes k8s3's address: the others send k8s3's packets to it."""

from tests.lab.faults.announcing import announce, silence
from tests.lab.faults.effects import block_withdrawn, pairs_lost
from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on
from tests.lab.lab import Lab
from tests.lab.plan import node_named
from tests.lab.shell import run
from tests.lab.switch import data_switch, node_namespace

NODE = node_named("k8s3")
MAC = "00:25:90:4a:ad:99"
LOST = across(pods_on("k8s3"), elsewhere("k8s3"))
OTHERS = ("k8s1", "k8s2")
STRANGER = "stranger"


def inject(lab: Lab) -> None:
    """Plug a machine into the switch and have it announce itself."""
    stranger, sw = node_namespace(lab.state, STRANGER), data_switch(lab.state)
    run(["ip", "netns", "add", stranger])
    cable = f"{STRANGER} type veth peer name eth0 address {MAC} netns {stranger}"
    run(["ip", "-n", sw, "link", "add", *cable.split()])
    run(["ip", "-n", sw, "link", "set", STRANGER, "master", "br0", "up"])
    run(["ip", "-n", stranger, "link", "set", "eth0", "up"])
    run(["ip", "-n", stranger, "addr", "add", f"{NODE.address}/24", "dev", "eth0"])
    announce(lab, NODE, STRANGER, "eth0")


def inject_silent(lab: Lab) -> None:
    """The same with a machine whose firewall drops BGP: nobody is told that it has no such port."""
    inject(lab)
    where = node_namespace(lab.state, STRANGER)
    script = (
        "nft 'add table ip quiet; add chain ip quiet input { type filter hook input priority 0; }; "
        "add rule ip quiet input tcp dport 179 drop; add rule ip quiet input tcp sport 179 drop'"
    )
    run(["ip", "netns", "exec", where, "sh", "-ec", script])


def heal(lab: Lab) -> None:
    """Unplug it and have the others forget it."""
    silence(lab, NODE)
    run(["ip", "netns", "del", node_namespace(lab.state, STRANGER)], ok=(0, 1))
    lab.run_on_switch(f"ip link del {STRANGER} 2>/dev/null || :")


def settled(lab: Lab) -> None:
    """The stranger refuses the others' BGP packets."""
    block_withdrawn(lab, "k8s3", at=OTHERS)
    pairs_lost(lab, LOST)


def at_once(lab: Lab) -> None:
    """Nobody waited for the sessions: their routes still stand."""
    pairs_lost(lab, LOST)


_SURE = Blame(("k8s3",), "duplicate address", (NODE.address,))
_SAYS = (f"k8s1 and k8s2 send what is for k8s3's {NODE.address} to {MAC}, which no node has",)

FAULTS = (
    Fault(
        "duplicate-node-address",
        f"a stranger answers for k8s3's {NODE.address}",
        inject,
        heal,
        settled,
        lost=LOST,
        blame=(_SURE,),
        says=_SAYS,
    ),
    Fault(
        "duplicate-node-address-early",
        f"a stranger answers for k8s3's {NODE.address}, and the BGP sessions do not know it yet",
        inject_silent,
        heal,
        at_once,
        lost=LOST,
        blame=(_SURE,),
        says=_SAYS,
        timers="bird",
        slow=True,
    ),
)
