"""What a pod on k8s2 sends is dropped where its packets come in, before iptables sees them."""

from collections.abc import Callable

from tests.lab.faults.effects import cut_off
from tests.lab.faults.fault import Blame, Fault, across
from tests.lab.lab import Lab
from tests.lab.plan import PODS
from tests.lab.xdp import SECTION, drop_everything

POD = PODS["default/netperf-903608992-kbdqx"]
TAKER = "taker0"


def attach(lab: Lab) -> None:
    """Attach a program that drops everything to the host's end."""
    file = lab.run_dir / "drop.o"
    file.write_bytes(drop_everything())
    lab.run(POD.node, f"ip link set dev {POD.veth} xdp obj {file} sec {SECTION}")


def detach(lab: Lab) -> None:
    """Detach it."""
    lab.run(POD.node, f"ip link set dev {POD.veth} xdp off")


def redirect(lab: Lab) -> None:
    """Send everything that comes in to a device where it ends."""
    lab.run(
        POD.node,
        f"ip link add {TAKER} type ifb; tc qdisc add dev {POD.veth} clsact; "
        f"tc filter add dev {POD.veth} ingress protocol ip u32 match u32 0 0 "
        f"action mirred egress redirect dev {TAKER}",
    )


def let_go(lab: Lab) -> None:
    """Take the redirection away."""
    lab.run(POD.node, f"tc qdisc del dev {POD.veth} clsact; ip link del {TAKER}")


def filter_on_device(lab: Lab) -> None:
    """Drop by nftables' netdev family."""
    lab.run(
        POD.node,
        "nft 'add table netdev early; add chain netdev early in "
        f"{{ type filter hook ingress device {POD.veth} priority 0; }}; "
        "add rule netdev early in drop'",
    )


def flush(lab: Lab) -> None:
    """Take the table away."""
    lab.run(POD.node, "nft delete table netdev early")


def _fault(
    name: str,
    inject: Callable[[Lab], None],
    heal: Callable[[Lab], None],
    says: tuple[str, ...],
    blame: tuple[Blame, ...] = (),
) -> Fault:
    """Without a blame: what is there is told, and not which packets it takes; pings tell these."""
    return Fault(
        name,
        f"what {POD.workload} sends is dropped on {POD.veth} ({name})",
        inject,
        heal,
        settled=cut_off(POD),
        lost=across((POD,), PODS.values()),
        outside=frozenset({POD.workload}),
        blame=blame,
        innocent=("k8s1", "k8s3"),
        says=says,
        shown=bool(blame),
        pings=not blame,
        tells=() if blame else (POD.node, POD.veth),
        slow=True,
    )


FAULTS = (
    _fault(
        "xdp-program",
        attach,
        detach,
        (POD.veth, "XDP"),
    ),
    _fault(
        "tc-redirect",
        redirect,
        let_go,
        (POD.veth, TAKER),
    ),
    _fault(
        "netdev-drop",
        filter_on_device,
        flush,
        ("early",),
        (Blame((POD.node,), "filter rule", ("early",)),),
    ),
)
