"""IPsec's policies: which packets the kernel lets pass, throws away, or wants wrapped.

Of the policies that mean a packet the one with the smallest priority counts. What is wrapped is not
followed, so that a policy with a template may end the packet (ip-xfrm(8)). What becomes of a packet
that no policy means (``ip xfrm policy getdefault``) no question asks: it is taken to pass, as it
does unless somebody set it otherwise.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from netsnap.model import filterfields as fields
from netsnap.model.flow import Flow
from parsers.facts import Fact
from parsers.records import XfrmPolicy

IN, OUT, FORWARD = "in", "out", "fwd"
BLOCK = "block"


class Policies:
    """The policies of one namespace."""

    def __init__(self, facts: Iterable[Fact], *, readable: bool, name: str) -> None:
        self._unread = () if readable else (f"IPsec's policies of {name} were not read",)
        held = ((fact, fact.record) for fact in facts)
        found = [(fact, each) for fact, each in held if isinstance(each, XfrmPolicy)]
        self._held = sorted(found, key=lambda each: each[1].priority or 0)

    def __bool__(self) -> bool:
        """Say whether a packet has anything to fear of them."""
        return bool(self._held or self._unread)

    def judge(self, flow: Flow, exempt: Callable[[str], bool]) -> tuple[Fact | None, Sequence[str]]:
        """Return the policy that surely throws a packet away, and what may.

        ``exempt`` says of a direction that no policy counts there.
        """
        doubts: list[str] = list(self._unread)
        for direction in _directions(flow):
            if exempt(direction) or self._unread:
                continue
            drop, found = self._at(direction, flow)
            if drop is not None:
                return drop, ()
            doubts += found
        return None, doubts

    def _at(self, direction: str, flow: Flow) -> tuple[Fact | None, list[str]]:
        found: list[XfrmPolicy] = []
        sure: tuple[Fact, XfrmPolicy] | None = None
        for fact, policy in self._held:
            if sure is not None and policy.priority != sure[1].priority:
                break
            fits = _fits(policy, flow) if policy.direction == direction else False
            if fits is not False:
                found.append(policy)
            if fits and sure is None:
                sure = fact, policy
        if sure is not None and all(each.action == BLOCK for each in found):
            return sure[0], []
        counts = any(each.action == BLOCK or each.templates for each in found)
        return None, [said(each) for each in found] if counts else []


def said(policy: XfrmPolicy) -> str:
    """Return a policy as a person looks for it."""
    ends = f"src {policy.source} dst {policy.destination} {policy.selector}".strip()
    wrapped = "".join(f" tmpl {each}" for each in policy.templates)
    return f"“{ends} dir {policy.direction} action {policy.action}{wrapped}” in ip xfrm policy"


def _directions(flow: Flow) -> tuple[str, ...]:
    """Return where policies are asked: of what goes through, on both sides of the route."""
    if not flow.iif:
        return (OUT,)
    return (FORWARD, OUT) if flow.oif else (IN,)


def _fits(policy: XfrmPolicy, flow: Flow) -> bool | None:
    """Say whether a policy means a packet; None if that cannot be told."""
    ends = (
        fields.address(policy.source, flow.source),
        fields.address(policy.destination, flow.destination),
    )
    if False in ends:
        return False
    odd = policy.mark or policy.if_id or policy.policy_type not in ("", "main")
    found = (*ends, None if odd else True, *_selected(policy, flow))
    return False if False in found else None if None in found else True


def _selected(policy: XfrmPolicy, flow: Flow) -> Iterator[bool | None]:
    """Compare each of "proto tcp dport 179 dev eth0"."""
    words = policy.selector.split()
    if len(words) % 2:
        yield None
    for name, value in zip(words[::2], words[1::2], strict=False):
        yield _SELECTS[name](value, policy, flow) if name in _SELECTS else None


_SELECTS: Mapping[str, Callable[[str, XfrmPolicy, Flow], bool | None]] = {
    "proto": lambda value, _, flow: fields.protocol(value, flow),
    "sport": lambda value, _, flow: fields.port(value, flow, of_source=True),
    "dport": lambda value, _, flow: fields.port(value, flow, of_source=False),
    "type": lambda value, _, flow: fields.echo(value, flow) if not flow.header else None,
    "code": lambda value, _, __: value == "0",
}
