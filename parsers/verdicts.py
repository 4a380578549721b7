"""What a rule does in the end with a packet, in one word or two, the same for nft and iptables."""

import re

_WORD = re.compile(r'"[^"]*"?|\{[^{}]*\}?|[^\s{}"]+|\}')
_ALONE = frozenset({"accept", "drop", "return", "continue", "reject", "queue"})
_TO_CHAIN = frozenset({"jump", "goto"})
_NAT = frozenset({"masquerade", "snat", "dnat", "redirect", "tproxy", "synproxy", "fwd"})
_NO_STATEMENT = frozenset({"comment", "prefix"})
_BEFORE_VALUE = frozenset({"name", "@", "type", "status", "!=", "==", "<", ">", "<=", ">=", "&"})

_TARGETS = {
    "NFQUEUE": "queue",
    **{name: name.lower() for name in ("ACCEPT", "DROP", "RETURN", "REJECT", "QUEUE")},
    **{name: name.lower() for name in ("MASQUERADE", "SNAT", "DNAT", "REDIRECT")},
    **{name: name.lower() for name in ("TPROXY", "SYNPROXY", "NETMAP", "MIRROR", "DNPT", "SNPT")},
    # ebtables' and arptables' own
    **{name: name for name in ("snat", "dnat", "redirect", "arpreply")},
    "CONTINUE": "",
}
"""Targets of iptables that end a packet's way through a chain, or give it another address."""

# fmt: off
_GO_ON = frozenset(
    (
        "AUDIT", "CHECKSUM", "CLASSIFY", "CLUSTERIP", "CONNMARK", "CONNSECMARK", "CT", "DSCP",
        "ECN", "HL", "HMARK", "IDLETIMER", "LED", "LOG", "MARK", "NFLOG", "NOTRACK", "RATEEST",
        "SECMARK", "SET", "TCPMSS", "TCPOPTSTRIP", "TEE", "TOS", "TRACE", "TTL", "ULOG",
        "log", "mangle", "mark",
    )
)
# fmt: on
"""Targets after which the next rule follows; every other name is a chain's."""


def of_nft(rule: str) -> str:
    """Return the verdict of a line of ``nft list ruleset``; that of a chain's own is its policy."""
    words = _WORD.findall(rule)
    if words[:1] == ["element"]:
        at = words.index(":") + 1 if ":" in words else len(words)
        return _first(words[at:])
    if words[:1] == ["type"]:
        policy = rule.rpartition("policy ")[2].strip("; ") if "policy " in rule else ""
        return policy if " hook " in rule and policy in _ALONE else ""
    return _first(words)


def _first(words: list[str]) -> str:
    before = ""
    for at, word in enumerate(words):
        if before in _NO_STATEMENT or before in _BEFORE_VALUE:
            before = word if word in _BEFORE_VALUE else ""  # "status", then "!="
            continue
        before = word
        after = words[at + 1].strip('"') if at + 1 < len(words) else ""
        if word in _ALONE or word in _NAT or word == "vmap":
            return "" if word == "continue" else word
        if word in _TO_CHAIN:
            return f"{word} {after}"
        if word == "target":
            return _TARGETS.get(after, "")
    return ""


def of_iptables(target: str, *, goto: bool = False) -> str:
    """Return the verdict of ``-j TARGET`` (or ``-g CHAIN``)."""
    if goto:
        return f"goto {target}"
    return "" if not target or target in _GO_ON else _TARGETS.get(target, f"jump {target}")
