"""What no list of incidents has: the model is held against ping, and the cause against the deed."""

from collections.abc import Callable
from functools import partial

from tests.lab.faults.effects import outside_lost, pairs_lost, whole
from tests.lab.faults.fault import Blame, Fault, Pair, across, elsewhere, pods_on, workloads_on
from tests.lab.lab import Lab
from tests.lab.plan import NIC, NOBODY, PODS, node_named

POD = PODS["default/iperf3-225180425-dkqlp"]
FAR = PODS["default/netperf-903608992-q4hnd"]
CONF = "/proc/sys/net/ipv4/conf"
OWN = node_named("k8s3").address
NODE2, NODE3 = (across(pods_on(name), elsewhere(name)) for name in ("k8s2", "k8s3"))
TO_FAR = across((FAR,), pods_on("k8s2"))
FROM_POD = frozenset((POD.workload, each) for each in PODS if each != POD.workload)
TO_POD = frozenset((target, source) for source, target in FROM_POD)
BGP = 25.0  # seconds in which a session's routes go

Do = Callable[[Lab], None]


def on(node: str, *scripts: str) -> Do:
    """Run scripts on a node."""

    def run(lab: Lab) -> None:
        for script in scripts:
            lab.run(node, script)

    return run


def within(script: str, node: str = "", after: str = "") -> Do:
    """Run a script in the pod's namespace, and one on a node after it."""

    def run(lab: Lab) -> None:
        lab.run_in_pod(POD.workload, script)
        if node:
            lab.run(node, after)

    return run


def both(*deeds: Do) -> Do:
    """Do one after the other."""

    def run(lab: Lab) -> None:
        for deed in deeds:
            deed(lab)

    return run


def gateway(lab: Lab) -> None:
    """Put k8s3's default route back, which the kernel took."""
    lab.default_route("k8s3")


def _lost(pairs: frozenset[Pair], outside: frozenset[str], lab: Lab) -> None:
    pairs_lost(lab, pairs, BGP)
    if outside:
        outside_lost(lab, outside)


def _odd(
    name: str,
    summary: str,
    deeds: tuple[Do, Do],
    lost: frozenset[Pair] = frozenset(),
    blame: Blame | None = None,
    *,
    outside: frozenset[str] = frozenset(),
    says: tuple[str, ...] = (),
) -> Fault:
    return Fault(
        f"odd-{name}",
        summary,
        *deeds,
        settled=partial(_lost, lost, outside) if lost or outside else whole,
        lost=lost,
        outside=outside,
        blame=(blame,) if blame else (),
        says=says,
        slow=True,
    )


FAULTS = (
    _odd(
        "netmask",
        "k8s3's network is too small for its neighbours",
        (
            on("k8s3", f"ip addr add {OWN}/28 dev {NIC}; ip addr del {OWN}/24 dev {NIC}"),
            both(
                on(
                    "k8s3",
                    f"ip addr del {OWN}/28 dev {NIC}; "
                    f"ip addr add {OWN}/24 brd + dev {NIC} metric 100",
                ),
                gateway,
            ),
        ),
        NODE3,
        Blame(("k8s3",), "address", (OWN,)),
    ),
    _odd(
        "arp-off-on-nic",
        f"ARP is off on {NIC} of k8s2",
        (on("k8s2", f"ip link set {NIC} arp off"), on("k8s2", f"ip link set {NIC} arp on")),
        NODE2,
        Blame(("k8s2",), "interface", (NIC,)),
        outside=workloads_on("k8s2"),
    ),
    _odd(
        "arp-off-on-veth",
        f"ARP is off on the veth of {POD.workload}",
        (
            on("k8s2", f"ip link set {POD.veth} arp off"),
            on("k8s2", f"ip link set {POD.veth} arp on"),
        ),
        FROM_POD | TO_POD,
        Blame(("k8s2",), "interface", (POD.veth,)),
        outside=frozenset({POD.workload}),
    ),
    _odd(
        "arp-ignored",
        "k8s3 answers ARP for none of its addresses",
        (
            both(
                on("k8s3", f"echo 8 >{CONF}/{NIC}/arp_ignore"),
                on("k8s2", f"ip neigh flush dev {NIC}"),
                on("k8s1", f"ip neigh flush dev {NIC}"),
            ),
            on("k8s3", f"echo 0 >{CONF}/{NIC}/arp_ignore"),
        ),
        NODE3,
        Blame(("k8s3",), "sysctl", ("arp_ignore",)),
    ),
    _odd(
        "pings-ignored",
        f"{POD.workload} answers no ping",
        (
            within("echo 1 >/proc/sys/net/ipv4/icmp_echo_ignore_all"),
            within("echo 0 >/proc/sys/net/ipv4/icmp_echo_ignore_all"),
        ),
        TO_POD,
        Blame(("k8s2",), "sysctl", ("icmp_echo_ignore_all",)),
    ),
    _odd(
        "source-of-nobody",
        f"{POD.workload} speaks with an address that nobody routes",
        (
            within(
                "ip addr add 10.1.2.3/32 dev eth0; "
                "ip route replace default via 169.254.1.1 dev eth0 src 10.1.2.3"
            ),
            within(
                "ip route replace default via 169.254.1.1 dev eth0; "
                "ip addr del 10.1.2.3/32 dev eth0"
            ),
        ),
        FROM_POD,
        Blame(("k8s2",), "default route"),
        outside=frozenset({POD.workload}),
    ),
    _odd(
        "table-before-main",
        "k8s2 looks up a table of its own first, which throws a pod's packets away",
        (
            on(
                "k8s2",
                f"ip route add blackhole {FAR.address} table 100; ip rule add pref 100 lookup 100",
            ),
            on("k8s2", "ip rule del pref 100; ip route flush table 100"),
        ),
        TO_FAR,
        Blame(("k8s2",), "rule", ("100",)),
    ),
    _odd(
        "second-default-route",
        "k8s2 has a better default route, to nobody",
        (
            on("k8s2", f"ip route add default via {NOBODY} dev {NIC} metric 10"),
            on("k8s2", "ip route del default metric 10"),
        ),
        blame=Blame(("k8s2",), "default route"),
        outside=workloads_on("k8s2"),
    ),
    _odd(
        "default-suppressed",
        "k8s1 looks up its main table without the default route",
        (
            on(
                "k8s1",
                "ip rule add pref 30000 lookup main suppress_prefixlength 0; "
                "ip rule del pref 32766",
            ),
            on("k8s1", "ip rule add pref 32766 lookup main; ip rule del pref 30000"),
        ),
        blame=Blame(("k8s1",), "rule", ("32766",)),
        outside=workloads_on("k8s1"),
    ),
    _odd(
        "rule-by-mark",
        "k8s2 throws away what bears a mark that nothing sets",
        (
            on("k8s2", "ip rule add fwmark 0x10 pref 100 blackhole"),
            on("k8s2", "ip rule del pref 100"),
        ),
    ),
    _odd(
        "rule-by-interface",
        f"k8s2 throws away what comes from {POD.workload}",
        (
            on("k8s2", f"ip rule add iif {POD.veth} pref 50 blackhole"),
            on("k8s2", "ip rule del pref 50"),
        ),
        FROM_POD | TO_POD,
        Blame(("k8s2",), "rule", ("50",)),
        outside=frozenset({POD.workload}),
    ),
    _odd(
        "route-in-a-circle",
        "k8s1 and k8s2 send each other what is for a pod of k8s3",
        (
            both(
                *(
                    on(node, f"ip route add {FAR.address} via {node_named(to).address} dev {NIC}")
                    for node, to in (("k8s1", "k8s2"), ("k8s2", "k8s1"))
                )
            ),
            both(*(on(node, f"ip route del {FAR.address}") for node in ("k8s1", "k8s2"))),
        ),
        across((FAR,), elsewhere("k8s3")),
        Blame(("k8s1", "k8s2"), "route", (FAR.address,)),
    ),
    _odd(
        "nexthop-of-nobody",
        "k8s2 has a route by a next-hop object to nobody",
        (
            on(
                "k8s2",
                f"ip nexthop add id 7 via {NOBODY} dev {NIC}; ip route add {FAR.address} nhid 7",
            ),
            on("k8s2", f"ip route del {FAR.address}; ip nexthop del id 7"),
        ),
        TO_FAR,
        Blame(("k8s2",), "route", (FAR.address,)),
    ),
    _odd(
        "bridge-over-nodes",
        "a bridge on k8s2 has half of the nodes' own network, which no node is in",
        (
            on(
                "k8s2",
                "ip link add docker0 type bridge; ip addr add 172.16.0.129/25 dev docker0; "
                "ip link set docker0 up",
            ),
            on("k8s2", "ip link del docker0"),
        ),
    ),
    _odd(
        "node-in-a-pods-place",
        "k8s2 asks the fabric for a pod's address, and the pod's node answers",
        (
            both(
                on("k8s3", f"echo 1 >{CONF}/{NIC}/proxy_arp"),
                on("k8s2", f"ip route add {FAR.address} dev {NIC} scope link"),
            ),
            both(
                on("k8s2", f"ip route del {FAR.address} dev {NIC}"),
                on("k8s3", f"echo 0 >{CONF}/{NIC}/proxy_arp"),
            ),
        ),
        says=("takes it out of BIRD's",),
    ),
    _odd(
        "bridge-in-a-pod",
        f"{POD.workload} makes a bridge for containers of its own",
        (
            within(
                "ip link add docker0 type bridge; ip addr add 172.17.0.1/16 dev docker0; "
                "ip link set docker0 up"
            ),
            within("ip link del docker0"),
        ),
    ),
)
