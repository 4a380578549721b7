"""What pyroute2 hears of policy rules, as records: the test's own reading."""

from collections.abc import Callable, Iterator
from typing import Any

from parsers.records import Rule
from tests.oracle import tables
from tests.oracle.from_json import WHOLE
from tests.oracle.from_netlink import FAMILIES
from tests.oracle.world import visible

UNSET = 2**32 - 1


def rule(message: Any) -> Rule:
    return Rule(
        family=FAMILIES[message["family"]],
        priority=message.get_attr("FRA_PRIORITY") or 0,
        selector=" ".join(_selector(message)),
        action=_action(message),
        attributes=tuple(sorted(_rule_attributes(message))),
    )


def _selector(message: Any) -> Iterator[str]:
    if message["flags"] & 2:
        yield "not"
    yield f"from {_side(message, 'FRA_SRC', 'src_len')}"
    if message["dst_len"]:
        yield f"to {_side(message, 'FRA_DST', 'dst_len')}"
    if tos := message["tos"]:
        yield f"tos {tables.name('rt_dsfield', tos, f'0x{tos:02x}')}"
    mark, mask = (message.get_attr(f"FRA_FW{each}") for each in ("MARK", "MASK"))
    if mark or mask:
        end = "" if mask in (None, UNSET) else f"/{mask:#x}"
        yield f"fwmark {mark or 0:#x}{end}".replace(" 0x0", " 0")
    for name, key, write in _FURTHER:
        if message.get_attr(name):
            yield f"{key} {write(message.get_attr(name))}"
    if message.get_attr("FRA_L3MDEV") and message["action"] != 1:
        yield "l3mdev"


def _range(text: str) -> str:
    return "-".join(dict.fromkeys(text.split(":")))


_FURTHER: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("FRA_IIFNAME", "iif", visible),
    ("FRA_OIFNAME", "oif", visible),
    ("FRA_UID_RANGE", "uidrange", lambda text: text.replace(":", "-")),
    ("FRA_IP_PROTO", "ipproto", tables.transport),
    ("FRA_SPORT_RANGE", "sport", _range),
    ("FRA_DPORT_RANGE", "dport", _range),
    ("FRA_TUN_ID", "tun_id", str),
)


def _side(message: Any, name: str, length: str) -> str:
    text = message.get_attr(name)
    if text is None:
        return "all"
    whole = WHOLE[FAMILIES[message["family"]]]
    return text if message[length] == whole else f"{text}/{message[length]}"


def _action(message: Any) -> str:
    action = message["action"]
    if action == 1:
        if message.get_attr("FRA_L3MDEV"):
            return "lookup [l3mdev-table]"
        return f"lookup {tables.name('rt_tables', message.get_attr('FRA_TABLE'))}"
    if action == 2:
        return f"goto {message.get_attr('FRA_GOTO')}"
    return {3: "nop", 6: "blackhole", 7: "unreachable", 8: "prohibit"}[action]


def _rule_attributes(message: Any) -> Iterator[str]:
    flags, flow = message["flags"], message.get_attr("FRA_FLOW")
    protocol = message.get_attr("FRA_PROTOCOL")
    for name, key in (("PREFIXLEN", "prefixlength"), ("IFGROUP", "ifgroup")):
        value = message.get_attr(f"FRA_SUPPRESS_{name}")
        if value not in (None, UNSET):
            yield f"suppress_{key} {tables.name('group', value) if key == 'ifgroup' else value}"
    if flow:
        source, target = (tables.name("rt_realms", each) for each in divmod(flow, 1 << 16))
        yield f"realms {f'{source}/' * (flow >> 16 != 0)}{target}"
    if protocol not in (None, 0, 2):
        yield f"proto {tables.name('rt_protos', protocol)}"
    if flags & 4:
        yield "[unresolved]"
    if flags & 0x18:
        yield "[detached]"
