"""Programs and filters that take packets before the packet filter sees them."""

from collections.abc import Iterator

from netsnap.explain.checks.finding import Case, Finding, Severity
from netsnap.model.early import early
from parsers.records import Interface, TcFilter


def taken_early(case: Case) -> Iterator[Finding]:
    """Yield a finding for each; where all nodes have one on an interface of the name, a notice.

    Cilium's and Calico's eBPF are on every node; what somebody tried out is on one.
    """
    found = [
        (fact, told)
        for kind in (Interface, TcFilter)
        for fact, record in case.of(kind)
        if (told := early(record))
    ]
    everywhere = {
        told
        for _, told in found
        if {fact.key.node for fact, other in found if other == told} >= set(case.nodes)
    }
    for fact, told in found:
        node, netns = fact.key[:2]
        alone = told not in everywhere or len(case.nodes) == 1
        severity = Severity.WARNING if alone else Severity.NOTICE
        sentence = f"{node} has {told}: packets end there that no filter shows"
        then = "netsnap collect --ping: whether pings pass"
        yield Finding(severity, node, netns, sentence, (fact,), then)
