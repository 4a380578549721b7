"""Calico's packet filter as Felix writes it with iptables: dispatch, chains of pods, marks.

Every pod's profile lets everything through, so that all pods reach each other. One pod,
``GUARDED``, has a policy besides: it takes what an ipset lists as its clients, which are all pods.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.lab import Lab
from tests.lab.plan import NIC, NODES, PODS, Node, Pod, node_named

GUARDED = node_named("k8s2").pods[0]
CLIENTS = "cali40s:allowed-clients"
POOLS = "cali40masq-ipam-pools"
ACCEPTED = "0x10000/0x10000"
MARKED = f"-m mark --mark {ACCEPTED}"
MARK = f"-j MARK --set-xmark {ACCEPTED}"


@contextmanager
def policies(lab: Lab) -> Iterator[None]:
    """Give every node Calico's rules."""
    try:
        for node in NODES:
            write(lab, node)
        lab.wait_whole()
        yield
    finally:
        for node in NODES:
            clear(lab, node)
        lab.wait_whole()


def write(lab: Lab, node: Node) -> None:
    """Give a node all its rules and sets, instead of those that it has."""
    members = "; ".join(f"ipset -exist add {CLIENTS} {pod.address}" for pod in PODS.values())
    lab.run(
        node.name,
        f"ipset -exist create {CLIENTS} hash:net; {members}; "
        f"ipset -exist create {POOLS} hash:net; ipset -exist add {POOLS} 192.168.0.0/16\n"
        f"iptables-restore <<'RULES'\n{_tables(node)}RULES",
    )


def clear(lab: Lab, node: Node) -> None:
    """Take a node's rules and sets away."""
    lab.run(
        node.name, f"{wipe()}; nft flush ruleset; ipset destroy {CLIENTS}; ipset destroy {POOLS}"
    )


def wipe() -> str:
    """Return the shell that empties iptables' tables, as firewalld does when it reloads."""
    tables = ("filter", "nat", "mangle", "raw")
    return "; ".join(f"iptables -t {table} -F; iptables -t {table} -X" for table in tables)


def to_chain(pod: Pod) -> str:
    """Return the chain of what goes to a pod."""
    return f"cali-tw-{pod.veth}"


def from_chain(pod: Pod) -> str:
    """Return the chain of what comes from a pod."""
    return f"cali-fw-{pod.veth}"


def _tables(node: Node) -> str:
    filters = [*_forward(), *_profile(), *_allowing()]
    for pod in node.pods:
        filters += _dispatch(pod)
    filters += (
        _rule(f"cali-{way}-wl-dispatch", "-j DROP", "Unknown interface") for way in ("from", "to")
    )
    for pod in node.pods:
        filters += _endpoint(pod, from_chain(pod), "cali-pro-kns.default")
        filters += _endpoint(pod, to_chain(pod), "cali-pri-kns.default")
    return _table("filter", filters) + _table("nat", list(_nat()))


def _table(name: str, rules: list[str]) -> str:
    chains = dict.fromkeys(rule.split()[1] for rule in rules)
    heads = (f":{each} {'ACCEPT' if each.isupper() else '-'} [0:0]" for each in chains)
    return "\n".join((f"*{name}", *heads, *rules, "COMMIT", ""))


def _rule(chain: str, what: str, comment: str = "") -> str:
    """Return a rule with the hash that Felix knows it by, as a comment of its own."""
    digest = hashlib.sha1(f"{chain}{what}{comment}".encode(), usedforsecurity=False).hexdigest()[
        :16
    ]
    said = f' -m comment --comment "{comment}"' if comment else ""
    return f'-A {chain} -m comment --comment "cali:{digest}"{said} {what}'


def _forward() -> Iterator[str]:
    yield _rule("FORWARD", "-j cali-FORWARD")
    yield f"-A FORWARD {accepted()}"
    yield _rule("cali-FORWARD", "-j MARK --set-xmark 0x0/0xe0000")
    yield _rule("cali-FORWARD", "-i cali+ -j cali-from-wl-dispatch")
    yield _rule("cali-FORWARD", "-o cali+ -j cali-to-wl-dispatch")


def accepted() -> str:
    """Return Felix's rule that accepts what policy did, without its chain."""
    rule = _rule("FORWARD", f"{MARKED} -j ACCEPT", "Policy explicitly accepted packet.")
    return rule.removeprefix("-A FORWARD ")


def _profile() -> Iterator[str]:
    for way in ("pri", "pro"):
        yield _rule(f"cali-{way}-kns.default", MARK, "Profile kns.default")
        yield _rule(f"cali-{way}-kns.default", f"{MARKED} -j RETURN")


def _allowing() -> Iterator[str]:
    clients = f"-m set --match-set {CLIENTS} src {MARK}"
    yield _rule("cali-pi-default/clients", clients, "Policy default/clients ingress")
    yield _rule("cali-pi-default/clients", f"{MARKED} -j RETURN")


def _dispatch(pod: Pod) -> Iterator[str]:
    yield f"-A cali-from-wl-dispatch {dispatched(pod, 'from')}"
    yield f"-A cali-to-wl-dispatch {dispatched(pod, 'to')}"


def dispatched(pod: Pod, way: str) -> str:
    """Return the rule that sends a pod's packets to its chain, without the chain it stands in."""
    device, chain = ("-i", from_chain(pod)) if way == "from" else ("-o", to_chain(pod))
    rule = _rule("cali", f"{device} {pod.veth} -g {chain}")
    return rule.removeprefix("-A cali ")


def _endpoint(pod: Pod, chain: str, profile: str) -> Iterator[str]:
    yield _rule(chain, "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT")
    yield _rule(chain, "-m conntrack --ctstate INVALID -j DROP")
    yield _rule(chain, "-j MARK --set-xmark 0x0/0x10000")
    if pod is GUARDED and chain == to_chain(pod):
        yield _rule(chain, "-j cali-pi-default/clients")
        yield _rule(chain, f"{MARKED} -j RETURN", "Return if policy accepted")
        yield _rule(chain, "-j DROP", "Drop if no policies passed packet")
    yield _rule(chain, f"-j {profile}")
    yield _rule(chain, f"{MARKED} -j RETURN", "Return if profile accepted")
    yield _rule(chain, "-j DROP", "Drop if no profiles matched")


def _nat() -> Iterator[str]:
    """Masquerade what leaves the pool, as natOutgoing asks for."""
    inside = f"-m set --match-set {POOLS} src"
    outside = f"-m set ! --match-set {POOLS} dst -o {NIC} -j MASQUERADE"
    yield _rule("POSTROUTING", "-j cali-POSTROUTING")
    yield _rule("cali-POSTROUTING", "-j cali-nat-outgoing")
    yield _rule("cali-nat-outgoing", f"{inside} {outside}")
