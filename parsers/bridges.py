"""Readers of ``bridge``: ports, their VLANs, and forwarding entries."""

from parsers import fsm
from parsers.addresses import address, mac
from parsers.fsm import Row
from parsers.gather import Gathering
from parsers.reading import Reading
from parsers.records import BridgePort, BridgeVlan, FdbEntry, FdbMoving
from parsers.text import Text
from parsers.words import pairs

_FLAGS = frozenset(
    {
        *("self", "permanent", "static", "stale", "local", "offload", "extern_learn", "sticky"),
        *("router", "managed", "locked", "dynamic", "added_by_user", "activity_notify"),
        *("inactive", "norefresh"),
    }
)
_SET = frozenset({"permanent", "static", "extern_learn", "sticky"})
"""An entry with one of these was set by somebody; another was learned, and ages."""

_TABLES = frozenset({"self", "master"})
_DRIFTING = frozenset({"used"})
_MODIFIERS = frozenset({"ifindex"})  # a device of another namespace has no name here


def read_ports(text: Text) -> Reading:
    """Read ``bridge -d link show``. Some versions list the bridge itself too: it is no port."""
    rows = fsm.run("bridge-link", text.lines)
    gathered = Gathering.of(text.lines, rows)
    for row in rows.rows:
        if row["State"] or row["Bridge"] != row["Name"]:
            gathered.add(row.line, _port(row))
    return gathered.reading()


def _port(row: Row) -> BridgePort:
    options = dict(pairs(row["Options"], frozenset()))
    groups = options.pop("mcast_n_groups", None)
    if row["Hardware"]:
        options["hwmode"] = row["Hardware"]
    return BridgePort(
        device=row["Name"],
        index=int(row["Index"]),
        bridge=row["Bridge"],
        state=row["State"],
        priority=_number(row["Priority"]),
        cost=_number(row["Cost"]),
        options=tuple(sorted(f"{key} {value}" for key, value in options.items())),
        groups=_number(groups),
    )


def _number(text: str | None) -> int | None:
    return int(text) if text else None


def read_vlans(text: Text) -> Reading:
    """Read ``bridge vlan show``."""
    rows = fsm.run("bridge-vlan", text.lines)
    gathered = Gathering.of(text.lines, rows)
    for row in rows.rows:
        flags = " ".join(row["Flags"].split())
        said = tuple(flag for flag in ("PVID", "Egress Untagged") if flag in flags)
        gathered.add(row.line, BridgeVlan(row["Device"], row["Vlan"], said))
    return gathered.reading()


def read_fdb(text: Text) -> Reading:
    """Read ``bridge fdb show``: an entry a record, those that move by themselves in one each."""
    rows = fsm.run("bridge-fdb", text.lines)
    gathered = Gathering.of(text.lines, rows)
    moving: dict[str, list[str]] = {"learned": [], "multicast": []}
    first = 0
    for row in rows.rows:
        try:
            entry = _entry(row, text.subject)
        except ValueError:
            gathered.refuse(row.line)
            continue
        first = first or row.line
        if origin := _moves(entry):
            moving[origin].append(_words(row))
        else:
            gathered.add(row.line, entry)
    if first:
        for origin, entries in moving.items():
            gathered.add(first, FdbMoving(origin, tuple(sorted(entries))))
    return gathered.reading()


def _moves(entry: FdbEntry) -> str:
    """Return the origin of an entry that comes and goes by itself, "" for one that was set."""
    if not _SET.intersection(entry.flags):
        return "learned"
    is_group = int(entry.mac[:2], 16) & 1
    told_by_device = entry.table == "self" and not entry.remote and "nhid" not in str(entry.others)
    return "multicast" if is_group and told_by_device and "permanent" in entry.flags else ""


def _words(row: Row) -> str:
    words = pairs(row["Attributes"], _flags(row), _MODIFIERS)
    kept = (f"{key} {value}".rstrip() for key, value in words if key not in _DRIFTING)
    return " ".join((mac(row["Mac"]), *kept))


def _flags(row: Row) -> frozenset[str]:
    return _FLAGS.union(word for word in row["Attributes"].split() if word.startswith("state="))


def _entry(row: Row, asked: str) -> FdbEntry:
    known = _flags(row)
    values: dict[str, str] = {}
    for key, value in pairs(row["Attributes"], known, _MODIFIERS):
        if key in values:
            raise ValueError("told twice")
        values[key] = value
    if not values.setdefault("dev", asked):
        raise ValueError("no device")
    own = mac(row["Mac"])
    to = address(values["dst"]) if "dst" in values else ""
    is_for_all = bool(int(own[:2], 16) & 1) or not own.strip("0:")
    others = values.keys() - known - _KEYS - _DRIFTING
    return FdbEntry(
        device=values["dev"],
        mac=own,
        vlan=_number(values.get("vlan")),
        source_vni=_number(values.get("src_vni")),
        table="master" if "master" in values and "self" not in values else "self",
        remote=to if is_for_all else "",
        destination="" if is_for_all else to,
        port=_number(values.get("port")),
        vni=_number(values.get("vni")),
        via=values.get("via", ""),
        master=values.get("master", ""),
        flags=tuple(sorted((values.keys() & known) - _TABLES)),
        others=tuple(sorted(f"{key} {values[key]}" for key in others)),
    )


_KEYS = frozenset({"dev", "dst", "vlan", "src_vni", "port", "vni", "via", "master"})
