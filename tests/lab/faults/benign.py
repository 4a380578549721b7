"""What looks like an incident, or leads to one later, and costs no ping: no cause may be named."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.lab.faults import churn_only
from tests.lab.faults.effects import whole
from tests.lab.faults.fault import Fault
from tests.lab.lab import Lab
from tests.lab.plan import NIC, node_named
from tests.lab.shell import run
from tests.lab.switch import data_switch

NODE = node_named("k8s3")
CNI = "/etc/cni/net.d/10-calico.conflist"
PLUGIN = '{"name": "k8s-pod-network", "cniVersion": "0.3.1", "plugins": [{"type": "%s"}]}'
FRAMES = 20
UNKNOWN_TYPE = "88b5"  # for experiments (IEEE 802): nobody handles it
SEND = (
    "import socket; s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); s.bind(('br0', 0)); "
    f"f = bytes.fromhex('ffffffffffff' '002590000001' '{UNKNOWN_TYPE}') + bytes(60); "
    f"[s.send(f) for _ in range({FRAMES})]"
)


def without_offload(lab: Lab) -> None:
    """Switch off what computes checksums for TCP; a ping's is the pod's own."""
    lab.run(NODE.name, f"ethtool -K {NIC} tx off >/dev/null")


def with_offload(lab: Lab) -> None:
    """Switch it on."""
    lab.run(NODE.name, f"ethtool -K {NIC} tx on >/dev/null")


def one_address_mask(lab: Lab) -> None:
    """Tell Calico that the node is in a network of its own, as an autodetection that errs does."""
    was, now = f"{NODE.address}/24", f"{NODE.address}/32"
    lab.change_object("node", NODE.name, lambda text: text.replace(was, now))


def right_mask(lab: Lab) -> None:
    """Tell it the network again."""
    lab.restore_objects()


@contextmanager
def with_cni(lab: Lab) -> Iterator[None]:
    """The lab with a configuration of CNI, which only new pods feel."""
    try:
        _configure_cni(lab, "calico")
        yield
    finally:
        lab.run(NODE.name, f"rm -f {CNI}")


def overwrite_cni(lab: Lab) -> None:
    """Write another plugin's, as a second network add-on does."""
    _configure_cni(lab, "bridge")


def put_cni_back(lab: Lab) -> None:
    """Write Calico's."""
    _configure_cni(lab, "calico")


def _configure_cni(lab: Lab, plugin: str) -> None:
    lab.run(NODE.name, f"mkdir -p /etc/cni/net.d; printf '%s\\n' '{PLUGIN % plugin}' >{CNI}")


def tell_dates(lab: Lab) -> None:
    """Have BIRD tell its times by the date, as it does of what is a day old."""
    own = lab.bird_conf(NODE.name)
    lab.configure_bird(NODE.name, own.replace("\n\n", '\n\ntimeformat protocol "%F";\n', 1))


def tell_hours(lab: Lab) -> None:
    """Have it tell them by the clock."""
    lab.configure_bird(NODE.name)


def send_what_nobody_handles(lab: Lab) -> None:
    """Send every node frames that it counts as dropped."""
    run(["ip", "netns", "exec", data_switch(lab.state), "python3", "-c", SEND])
    churn_only.inject(lab)


def nothing(_: Lab) -> None:
    """Nothing is broken."""


def _benign(
    name: str,
    summary: str,
    inject: Callable[[Lab], None],
    heal: Callable[[Lab], None],
    tells: tuple[str, ...] = (),
) -> Fault:
    return Fault(name, summary, inject, heal, whole, tells=tells, slow=True)


FAULTS = (
    _benign(
        "offload-off",
        f"{NIC} of {NODE.name} computes no checksums any more",
        without_offload,
        with_offload,
    ),
    _benign(
        "node-mask",
        f"Calico takes {NODE.name} to be alone in its network",
        one_address_mask,
        right_mask,
    ),
    Fault(
        "cni-overwritten",
        f"another plugin's configuration of CNI on {NODE.name}, which only new pods feel",
        overwrite_cni,
        put_cni_back,
        whole,
        setting=with_cni,
        slow=True,
    ),
    _benign("since-retold", f"BIRD of {NODE.name} tells dates", tell_dates, tell_hours),
    _benign(
        "counters-grow", "every node drops frames of no use", send_what_nobody_handles, nothing
    ),
)
