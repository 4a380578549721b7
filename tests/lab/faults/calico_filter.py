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


def cut_off(lab: Lab) -> None:
    """The effect is immediate."""
    pairs_lost(lab, ALL)
    outside_lost(lab, ALONE)


def _loses(pairs: frozenset[Pair]) -> Callable[[Lab], None]:
    return lambda lab: pairs_lost(lab, pairs)


def _filter(*subjects: str) -> tuple[Blame, ...]:
    return (Blame((NODE.name,), "filter rule", subjects),)


INWARDS = frozenset((pod.workload, GUARDED.workload) for pod in PODS.values() if pod != GUARDED)
ONE = frozenset({(CLIENT.workload, GUARDED.workload)})
MUTE = across((GUARDED,), PODS.values())


def _mute(lab: Lab) -> None:
    pairs_lost(lab, MUTE)
    outside_lost(lab, frozenset({GUARDED.workload}))


FAULTS = (
    Fault(
        "calico-accept-gone",
        f"{NODE.name}'s FORWARD policy is DROP, and Calico's rule that accepts is gone",
        drop_by_policy,
        heal,
        cut_off,
        lost=ALL,
        outside=ALONE,
        blame=_filter("FORWARD"),
        innocent=("k8s1", "k8s3"),
        says=(f"{NODE.name} drops it", "policy drop"),
        setting=policies,
        slow=True,
    ),
    Fault(
        "firewall-reloaded",
        f"a firewall's reload wipes {NODE.name}'s rules, and rejects what it does not know",
        reload,
        heal,
        cut_off,
        lost=ALL,
        outside=ALONE,
        blame=_filter("FORWARD"),
        innocent=("k8s1", "k8s3"),
        says=(f"{NODE.name} drops it", "reject"),
        setting=policies,
        slow=True,
    ),
    Fault(
        "policy-denies",
        f"a policy lets nothing in to {GUARDED.workload}",
        deny,
        heal,
        _loses(INWARDS),
        lost=INWARDS,
        blame=_filter(DENY),
        innocent=("k8s1", "k8s3"),
        says=(f"cannot reach {GUARDED.workload}", DENY),
        setting=policies,
    ),
    Fault(
        "ipset-member-gone",
        f"an ipset of {NODE.name} lacks a client of {GUARDED.workload}",
        forget,
        heal,
        _loses(ONE),
        lost=ONE,
        blame=(Blame((NODE.name,), "ipset", (CLIENTS,)),),
        innocent=("k8s1", "k8s3"),
        says=(f"{CLIENT.workload} cannot reach {GUARDED.workload}", f"{NODE.name} drops it"),
        setting=policies,
    ),
    Fault(
        "endpoint-not-dispatched",
        f"{NODE.name}'s dispatch chains lack {GUARDED.workload}",
        not_dispatched,
        heal,
        _mute,
        lost=MUTE,
        outside=frozenset({GUARDED.workload}),
        blame=_filter("wl-dispatch"),
        innocent=("k8s1", "k8s3"),
        says=(f"{NODE.name} drops it", "wl-dispatch"),
        setting=policies,
        slow=True,
    ),
)
