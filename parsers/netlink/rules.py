"""Policy rules from netlink messages.

Raises KeyError, TypeError or ValueError for a message that the kernel does not make.
"""

from parsers import kernel
from parsers.netlink.message import Message, Names
from parsers.netlink.routes import realms
from parsers.records import Rule
from parsers.text import visible


def rule(message: Message, _: Names) -> Rule:
    bits = message["flags"]
    attributes = ["[detached]"] if bits & kernel.DETACHED else []
    attributes += ["[unresolved]"] if bits & kernel.UNRESOLVED else []
    suppressed = message.get("FRA_SUPPRESS_PREFIXLEN", kernel.NO_LIMIT)
    if suppressed != kernel.NO_LIMIT:
        attributes.append(f"suppress_prefixlength {suppressed}")
    group = message.get("FRA_SUPPRESS_IFGROUP", kernel.NO_LIMIT)
    if group != kernel.NO_LIMIT:
        attributes.append(f"suppress_ifgroup {group or 'default'}")
    protocol = message.get("FRA_PROTOCOL", 0)
    if kernel.PROTOCOLS.get(protocol) not in ("unspec", "kernel"):
        attributes.append(f"proto {kernel.PROTOCOLS.get(protocol, protocol)}")
    if flow := message.get("FRA_FLOW"):
        attributes.append(realms(flow).replace("realm ", "realms "))
    return Rule(
        family=kernel.FAMILIES[message["family"]],
        priority=message.get("FRA_PRIORITY", 0),
        selector=_selector(message),
        action=_action(message),
        attributes=tuple(sorted(attributes)),
    )


def _selector(message: Message) -> str:
    words = ["not"] if message["flags"] & kernel.INVERTED else []
    words += ["from", _side(message, "FRA_SRC", "src_len")]
    if message["dst_len"]:
        words += ["to", _side(message, "FRA_DST", "dst_len")]
    if tos := message["tos"]:
        words += ["tos", kernel.DSFIELDS.get(tos, f"0x{tos:02x}")]
    mark, mask = message.get("FRA_FWMARK", 0), message.get("FRA_FWMASK", 0)
    if mark or mask:
        short = "" if mask in (0, kernel.NO_LIMIT) else f"/{_hex(mask)}"
        words += ["fwmark", f"{_hex(mark)}{short}"]
    return " ".join(words + _further(message))


def _further(message: Message) -> list[str]:
    """Return the words of a selector beyond addresses and marks."""
    words: list[str] = []
    for name, key in (("FRA_IIFNAME", "iif"), ("FRA_OIFNAME", "oif")):
        if name in message.attributes:
            words += [key, visible(message.get(name))]
    if "FRA_UID_RANGE" in message.attributes:
        words += ["uidrange", message.get("FRA_UID_RANGE").replace(":", "-")]
    if "FRA_IP_PROTO" in message.attributes:
        number = message.get("FRA_IP_PROTO")
        words += ["ipproto", kernel.IP_PROTOCOLS.get(number, f"ipproto-{number}")]
    for name, key in (("FRA_SPORT_RANGE", "sport"), ("FRA_DPORT_RANGE", "dport")):
        if name in message.attributes:
            low, high = message.get(name).split(":")
            words += [key, low if low == high else f"{low}-{high}"]
    if message.get("FRA_TUN_ID"):
        words += ["tun_id", str(message.get("FRA_TUN_ID"))]
    if message.get("FRA_L3MDEV") and message["action"] != kernel.TO_TABLE:
        words.append("l3mdev")  # else the action says so
    return words


def _hex(number: int) -> str:
    """Write a number as ``%#x`` does."""
    return f"0x{number:x}" if number else "0"


def _side(message: Message, name: str, length: str) -> str:
    if name not in message.attributes:
        return "all"
    text = message.get(name)
    whole = 128 if ":" in text else 32
    return str(text) if message[length] == whole else f"{text}/{message[length]}"


def _action(message: Message) -> str:
    if message["action"] == kernel.TO_RULE:
        return f"goto {message.get('FRA_GOTO')}"
    if message["action"] != kernel.TO_TABLE:
        return kernel.RULE_ACTIONS[message["action"]]
    table = message.get("FRA_TABLE", message["table"])
    if message.get("FRA_L3MDEV"):
        return "lookup [l3mdev-table]"
    return f"lookup {kernel.TABLES.get(table, str(table))}"
