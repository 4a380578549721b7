"""What goes wrong with Calico's own packet filter on k8s2: each a few lines of many."""

from collections.abc import Callable

from tests.lab.faults.effects import outside_lost, pairs_lost
from tests.lab.faults.fault import Blame, Fault, Pair, across, pods_on, workloads_on
from tests.lab.lab import Lab
from tests.lab.plan import NODES, PODS, node_named
from tests.lab.settings.policies import (
    CLIENTS,
    GUARDED,
    accepted,
    dispatched,
    policies,
    to_chain,
    wipe,
    write,
)

NODE = node_named("k8s2")
CLIENT = NODES[0].pods[0]
ALL = across(pods_on(NODE.name), PODS.values())
ALONE = workloads_on(NODE.name)
DENY = "cali-pi-_default-deny"


def heal(lab: Lab) -> None:
    """Write everything anew, as Felix would."""
    lab.run(NODE.name, "nft flush ruleset")
    write(lab, NODE)


def drop_by_policy(lab: Lab) -> None:
    """Do what docker's start does, where Felix's last rule got lost: nothing accepts any more."""
    lab.run(NODE.name, f"iptables -P FORWARD DROP; iptables -D FORWARD {accepted()}")


def reload(lab: Lab) -> None:
    """Do what firewalld does: wipe everything, and let through what it knows."""
    lab.run(
        NODE.name,
        f"{wipe()}; iptables -P FORWARD DROP; "
        "iptables -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT; "
        "iptables -A FORWARD -j REJECT --reject-with icmp-host-prohibited",
    )


def deny(lab: Lab) -> None:
    """Make a policy that selects the pod and lets nothing in."""
    comment = '-m comment --comment "Policy default/deny-ingress ingress"'
    lab.run(
        NODE.name,
        f"iptables -N {DENY}; iptables -A {DENY} {comment} -j DROP; "
        f"iptables -I {to_chain(GUARDED)} 3 -j {DENY}",
    )


def forget(lab: Lab) -> None:
    """Take one client off the list of those that may come in."""
    lab.run(NODE.name, f"ipset del {CLIENTS} {CLIENT.address}")


def not_dispatched(lab: Lab) -> None:
    """Take the pod's entries out of the dispatch chains, both ways."""
    lab.run(
        NODE.name,
        "; ".join(
            f"iptables -D cali-{way}-wl-dispatch {dispatched(GUARDED, way)}"
            for way in ("from", "to")
        ),
    )


def _filter(*subjects: str) -> Blame:
    return Blame((NODE.name,), "filter rule", subjects)


def _fault(  # noqa: PLR0917 -- what differs between them
    name: str,
    summary: str,
    inject: Callable[[Lab], None],
    lost: frozenset[Pair],
    outside: frozenset[str],
    blame: Blame,
    says: tuple[str, ...],
) -> Fault:
    """Return a fault with its effect, which is immediate."""

    def settled(lab: Lab) -> None:
        pairs_lost(lab, lost)
        outside_lost(lab, outside)

    return Fault(
        name,
        summary,
        inject,
        heal,
        settled,
        lost=lost,
        outside=outside,
        blame=(blame,),
        innocent=("k8s1", "k8s3"),
        says=says,
        setting=policies,
        slow=name not in QUICK,
    )


QUICK = ("policy-denies", "ipset-member-gone")
INWARDS = frozenset((pod.workload, GUARDED.workload) for pod in PODS.values() if pod != GUARDED)
ONE = frozenset({(CLIENT.workload, GUARDED.workload)})
MUTE = across((GUARDED,), PODS.values())

FAULTS = (
    _fault(
        "calico-accept-gone",
        f"{NODE.name}'s FORWARD policy is DROP, and Calico's rule that accepts is gone",
        drop_by_policy,
        ALL,
        ALONE,
        _filter("FORWARD"),
        (f"{NODE.name} drops it", "policy drop"),
    ),
    _fault(
        "firewall-reloaded",
        f"a firewall's reload wipes {NODE.name}'s rules, and rejects what it does not know",
        reload,
        ALL,
        ALONE,
        _filter("FORWARD"),
        (f"{NODE.name} drops it", "reject"),
    ),
    _fault(
        "policy-denies",
        f"a policy lets nothing in to {GUARDED.workload}",
        deny,
        INWARDS,
        frozenset(),
        _filter(DENY),
        (f"cannot reach {GUARDED.workload}", DENY),
    ),
    _fault(
        "ipset-member-gone",
        f"an ipset of {NODE.name} lacks a client of {GUARDED.workload}",
        forget,
        ONE,
        frozenset(),
        Blame((NODE.name,), "ipset", (CLIENTS,)),
        (f"{CLIENT.workload} cannot reach {GUARDED.workload}", f"{NODE.name} drops it"),
    ),
    _fault(
        "endpoint-not-dispatched",
        f"{NODE.name}'s dispatch chains lack {GUARDED.workload}",
        not_dispatched,
        MUTE,
        frozenset({GUARDED.workload}),
        _filter("wl-dispatch"),
        (f"{NODE.name} drops it", "wl-dispatch"),
    ),
)
