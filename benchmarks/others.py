"""The same texts read by ntc-templates, TTP and jc: what people would otherwise take.

Each is given a text that all of them read, and TTP a template as fair as we know to write: lines
that pick out the same fields, without functions that cost. A line that one of them drops without
a word is its own affair here.
"""

import re
from collections.abc import Callable

from tests.golden import SAMPLES

LINES = 3000
"""Of a text, about."""

_ADDRESSES = """\
<group name="interfaces*">
{{ index | DIGIT | _start_ }}: {{ name }}: &lt;{{ flags }}&gt; mtu {{ mtu | DIGIT }} qdisc \
{{ qdisc }} state {{ state }} group {{ group }} qlen {{ qlen | DIGIT }}
{{ index | DIGIT | _start_ }}: {{ name }}: &lt;{{ flags }}&gt; mtu {{ mtu | DIGIT }} qdisc \
{{ qdisc }} master {{ master }} state {{ state }} group {{ group }} qlen {{ qlen | DIGIT }}
    link/{{ type }} {{ mac }} brd {{ broadcast }}
<group name="addresses*">
    {{ family | re("inet6?") | _start_ }} {{ local }} {{ options | ORPHRASE }}
       valid_lft {{ valid }} preferred_lft {{ preferred }}
</group>
</group>
"""
_ROUTES = """\
<group name="routes*">
{{ prefix | _start_ }} via {{ via }} dev {{ dev }} {{ rest | ORPHRASE }}
{{ prefix | _start_ }} via {{ via }} dev {{ dev }}
{{ prefix | _start_ }} dev {{ dev }} {{ rest | ORPHRASE }}
</group>
"""
_NEIGHBOURS = """\
<group name="neighbours*">
{{ address | _start_ }} dev {{ dev }} lladdr {{ mac }} {{ nud | ORPHRASE }}
{{ address | _start_ }} dev {{ dev }} {{ nud | re("FAILED|INCOMPLETE") }}
</group>
"""
_COUNTERS = """\
<group name="counters*">
     {{ name | re("\\S.*?") | _start_ }}: {{ value | DIGIT }}
</group>
"""
_ROUTE = re.compile(
    r"(?:default|[\d./]+)(?: via [\d.]+)? dev \S+(?: proto \w+)?(?: scope \w+)?(?: src \S+)?"
    r"(?: metric \d+)? *"
)


def _lines(sample: str) -> list[str]:
    return (SAMPLES / sample).read_text("utf-8").splitlines()


def _interfaces() -> str:
    """``ip addr`` without what ntc-templates does not know: peers, a metric before the scope."""
    kept: list[str] = []
    for line in _lines("ip-addr/without-details.txt"):
        odd = re.match(r"    inet6? \S+ (?!brd|scope)", line) or "alias" in line
        drops = line.startswith("       valid_lft") and not kept[-1].startswith("    inet")
        if not odd and not drops:
            kept.append(line)
    return "\n".join(kept) + "\n"


def _some_routes() -> str:
    kept = [line for line in _lines("ip-route/scene.txt") if _ROUTE.fullmatch(line)]
    return "\n".join(kept) + "\n"


def _neighbours() -> str:
    return (SAMPLES / "ip-neigh/scene.txt").read_text("utf-8")


def _counters() -> str:
    _, *counters = _lines("ethtool-S/veth@far0.txt")
    return "\n".join(counters * 20) + "\n"


TEXTS: dict[str, Callable[[], str]] = {
    "ip-addr": _interfaces,
    "ip-route": _some_routes,
    "ip-neigh": _neighbours,
    "ethtool-S": _counters,
}
_TTP = {
    "ip-addr": _ADDRESSES,
    "ip-route": _ROUTES,
    "ip-neigh": _NEIGHBOURS,
    "ethtool-S": _COUNTERS,
}
_NTC = {"ip-addr": "ip address show", "ip-route": "ip route show"}
_JC = {"ip-route": "ip_route"}


def text(probe: str) -> str:
    """Return a text that everyone reads."""
    said = TEXTS[probe]()
    return said * (LINES // said.count("\n"))


def ways(probe: str, said: str) -> dict[str, Callable[[], object]]:
    """Return how each of the others reads it. Raises ImportError without the bench extra."""
    import jc  # noqa: PLC0415 -- only make bench has it
    from ntc_templates.parse import parse_output  # noqa: PLC0415 -- likewise

    found: dict[str, Callable[[], object]] = {"ttp": lambda: ttp(_TTP[probe], said)}
    if probe in _NTC:
        found["ntc"] = lambda: parse_output("linux", _NTC[probe], said)
    if probe in _JC:
        found["jc"] = lambda: jc.parse(_JC[probe], said, quiet=True)
    return found


def ttp(template: str, said: str) -> object:
    """Read with TTP, in this process: by default it starts others for a large text."""
    from ttp import ttp as engine  # noqa: PLC0415 -- only make bench has it

    parser = engine(data=said, template=template)
    parser.parse(one=True)
    return parser.result()
