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
_IPV4 = re.compile(r"\b(\d{1,3})\.(\d{1,3})\.(?=\d{1,3}\.\d)")
_IPV6 = re.compile(r"\b(?:2001:db8:|fe80::)")
_INDEX = re.compile(r"^\d+(?=: )", re.MULTILINE)
_COUNT = re.compile(r"(?<=: )\d+$", re.MULTILINE)
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


def text(probe: str, first: int = 0) -> str:
    """Return a text that everyone reads, its lines unlike one another.

    ``first`` numbers its first copy of the sample: from another number, other lines.
    """
    said = TEXTS[probe]()
    copies = LINES // said.count("\n")
    return "".join(_copy(said, first * copies + number) for number in range(copies))


def _copy(said: str, number: int) -> str:
    """Return a text with addresses, indices and counters that no other copy has."""
    high, low = divmod(number, 200)
    said = _IPV4.sub(
        lambda at: f"{1 + (int(at[1]) + low) % 222}.{(int(at[2]) + high) % 256}.", said
    )
    said = _IPV6.sub(lambda at: f"{at[0]}{number:x}:", said)
    said = said.replace(" 02:00:00:", f" 02:{high % 256:02x}:{low:02x}:")
    said = _INDEX.sub(lambda at: f"{int(at[0]) + 10 * number}", said)
    return _COUNT.sub(lambda at: str(int(at[0]) + number), said)


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
