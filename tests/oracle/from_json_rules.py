"""What ``ip -j rule`` says, as records: the test's own reading."""

from collections.abc import Iterator

from parsers.records import Rule
from tests.oracle.world import Said

ACTIONS = {"action", "goto", "nop", "table"}


def rule(said: Said, family: int) -> Rule:
    return Rule(
        family=family,
        priority=said["priority"],
        selector=" ".join(_selector(said)),
        action=_action(said),
        attributes=tuple(sorted(_rule_attributes(said))),
    )


def _selector(said: Said) -> Iterator[str]:
    if "not" in said:
        yield "not"
    yield f"from {_side(said, 'src')}"
    if "dst" in said:
        yield f"to {_side(said, 'dst')}"
    mask = f"/{said['fwmask']}" if "fwmask" in said else ""
    for key in ("tos", "fwmark", "iif", "oif"):
        if key in said:
            yield f"{key} {said[key]}{mask * (key == 'fwmark')}"
    if "uid_start" in said:
        yield f"uidrange {said['uid_start']}-{said['uid_end']}"
    yield from _transport(said)
    if "l3mdev" in said and ACTIONS & said.keys():
        yield "l3mdev"


def _transport(said: Said) -> Iterator[str]:
    for key in ("ipproto", "sport", "dport", "tun_id"):
        if f"{key}_start" in said:
            yield f"{key} {said[f'{key}_start']}-{said[f'{key}_end']}"
        elif key in said:
            yield f"{key} {said[key]}"


def _side(said: Said, key: str) -> str:
    return f"{said[key]}/{said[f'{key}len']}" if f"{key}len" in said else str(said[key])


def _action(said: Said) -> str:
    if "table" in said:
        return f"lookup {said['table']}"
    if "l3mdev" in said and not ACTIONS & said.keys():
        return "lookup [l3mdev-table]"
    if "goto" in said:
        return f"goto {said['goto']}"
    return "nop" if "nop" in said else str(said["action"])


def _rule_attributes(said: Said) -> Iterator[str]:
    if "suppress_prefixlen" in said:
        yield f"suppress_prefixlength {said['suppress_prefixlen']}"
    if "suppress_ifgroup" in said:
        yield f"suppress_ifgroup {said['suppress_ifgroup']}"
    if "flow_to" in said:
        source = f"{said['flow_from']}/" if "flow_from" in said else ""
        yield f"realms {source}{said['flow_to']}"
    if "protocol" in said:
        yield f"proto {said['protocol']}"
    if "unresolved" in said:
        yield "[unresolved]"
    if "iif_detached" in said or "oif_detached" in said:
        yield "[detached]"
