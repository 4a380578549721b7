"""BIRD's configuration ← the objects of Calico's that confd renders it from.

Only where an edit says what the object says: another node's new address changes no filter.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from netsnap.diff.changes import Change
from netsnap.explain.birdconfig import filter_of, head, statements
from netsnap.explain.events import CONFIG, Event, EventId, record_of
from netsnap.explain.links.happened import Happened
from netsnap.explain.links.intent import chosen_otherwise, touches
from parsers.records import BirdConfig, CalicoResource, CalicoSetting

Reaches = Callable[[Change, BirdConfig], bool]

_AS = re.compile(r"\bas \d")
_PEERED = re.compile(r"protocol bgp (?:Node|Global|Local)_")
_REFLECTED = re.compile(r"rr (?:client|cluster)")
_OF_ROUTES = ("protocol static", "protocol kernel")
_PLAIN = ("bgp.ipv4Address", "bgp.ipv6Address", "bgp.asNumber")


def configuration_by_calico(event: Event, happened: Happened) -> Iterator[EventId]:
    """Yield the objects and settings that an edit is made of."""
    if event.what != CONFIG:
        return
    records = [each for edit in event.changes for each in statements(edit)]
    for id_, changes in happened.told:
        if any(_is_made_of(change, each) for change in changes for each in records):
            yield id_


def _is_made_of(change: Change, record: BirdConfig) -> bool:
    told = record_of(change)
    if isinstance(told, CalicoSetting):
        mesh = told.name == "nodeToNodeMesh" and _is_mesh(record)
        return mesh or (told.name == "asNumber" and _AS.search(record.statement) is not None)
    reaches = _REACHES.get(told.resource) if isinstance(told, CalicoResource) else None
    return reaches is not None and reaches(change, record)


def _is_mesh(record: BirdConfig) -> bool:
    return head(record).startswith("protocol bgp Mesh_")


def _decides_routes(record: BirdConfig) -> bool:
    block = head(record)
    return bool(filter_of(block)) or block.startswith(_OF_ROUTES)


def _lets_through(record: BirdConfig) -> bool:
    return _decides_routes(record) or record.statement.startswith(("import ", "export "))


def _of_bgp(change: Change, record: BirdConfig) -> bool:
    """What BGPConfiguration says of all sessions, and of what is announced."""
    statement = record.statement
    return (
        (touches(change, "nodeToNodeMesh") and _is_mesh(record))
        or (touches(change, "asNumber") and _AS.search(statement) is not None)
        or (touches(change, "listenPort") and "port" in statement)
        or (touches(change, "nodeMeshPassword") and statement.startswith("password"))
        or (
            touches(change, "prefixAdvertisements", "communities", "service", "programCluster")
            and _lets_through(record)
        )
    )


def _of_a_node(change: Change, record: BirdConfig) -> bool:
    """A session with the node, its own identity, or the sessions that its labels choose."""
    if chosen_otherwise(change) and (_PEERED.match(head(record)) or _is_mesh(record)):
        return True
    if touches(change, "bgp.routeReflectorClusterID"):
        return _is_mesh(record) or _REFLECTED.search(record.statement) is not None
    text = f"{record.block} {record.statement}"
    return touches(change, "bgp.") and any(
        re.search(rf"(?<![\d.]){re.escape(each)}(?![\d.])", text) for each in _own(change)
    )


def _own(change: Change) -> Iterator[str]:
    """Yield the addresses and numbers of a Node that differ, as BIRD's configuration has them."""
    was, now = (
        dict(side.record.spec) if side and isinstance(side.record, CalicoResource) else {}
        for side in (change.before, change.after)
    )
    for path in _PLAIN:
        values = {spec.get(path, "").partition("/")[0] for spec in (was, now)} - {""}
        if len(values) > 1 or path not in was or path not in now:
            yield from values
            yield from (each.replace(".", "_") for each in values if "." in each)


def _of_a_peer(change: Change, record: BirdConfig) -> bool:
    told = record_of(change)
    named = _PEERED.match(head(record)) is not None
    spec = dict(told.spec) if isinstance(told, CalicoResource) else {}
    address = spec.get("peerIP", "")
    return named and (not address or address.replace(".", "_") in head(record))


def _of_a_filter(_: Change, record: BirdConfig) -> bool:
    return _lets_through(record)


def _of_a_pool(change: Change, record: BirdConfig) -> bool:
    asks = touches(change, "cidr", "ipipMode", "vxlanMode", "disableBGPExport", "disabled")
    return asks and _decides_routes(record)


def _of_a_block(change: Change, record: BirdConfig) -> bool:
    told = record_of(change)
    cidr = dict(told.spec).get("cidr", "") if isinstance(told, CalicoResource) else ""
    return bool(cidr) and cidr in f"{record.block} {record.statement}"


_REACHES: Mapping[str, Reaches] = {
    "BGPConfiguration": _of_bgp,
    "Node": _of_a_node,
    "BGPPeer": _of_a_peer,
    "BGPFilter": _of_a_filter,
    "IPPool": _of_a_pool,
    "BlockAffinity": _of_a_block,
}
