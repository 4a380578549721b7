"""Compare what is read from the corpus with what was read off it by eye: iproute2 and ethtool."""

from collections.abc import Callable
from typing import Any

from parsers.addresses import address, prefix, with_length
from parsers.reading import Reading
from parsers.records import (
    Address,
    DriverStatistics,
    Interface,
    InterfaceCounters,
    Neighbour,
    NextHop,
    Route,
    Rule,
)
from tests.parsers.corpus import Case


def compare_interfaces(case: Case) -> None:
    reading = case.reading("ip-addr")
    interfaces = [each for each in reading.records if isinstance(each, Interface)]
    assert [each.name for each in interfaces] == case.expected["names"]
    for expected in case.expected["interfaces"]:
        found = next(
            each
            for each in interfaces
            if (each.index, each.name) == (expected["ifindex"], expected["name"])
        )
        assert found.mtu == expected["mtu"]
        assert found.operstate == (expected["state"] or "")
        assert found.master == expected.get("master", "")
        assert found.link_type == expected.get("link", found.link_type)
        assert found.mac == expected.get("mac", expected.get("link_address", found.mac))
        assert _lower(found) == expected.get("parent", _lower(found))
        assert _addresses(reading, found.name) == [_own(each) for each in expected["addresses"]]


def _lower(interface: Interface) -> str:
    if interface.peer_index is not None:
        return f"if{interface.peer_index}"
    return interface.lower or "NONE"


def _addresses(reading: Reading, name: str) -> list[str]:
    found = [each for each in reading.records if isinstance(each, Address)]
    return [each.address for each in found if each.interface == name]


def _own(expected: str) -> str:
    local, _, peer = expected.partition(" peer ")
    length = peer.partition("/")[2]
    return with_length(f"{local}/{length}" if length else local)


def compare_counters(case: Case) -> None:
    compare_interfaces(case)
    counted = {
        each.interface: each
        for each in case.reading("ip-addr").records
        if isinstance(each, InterfaceCounters)
    }
    for name, expected in case.expected.get("stats", {}).items():
        assert {key: getattr(counted[name], key) for key in expected} == expected
    assert len(counted) == case.data().count(b"RX:")


def compare_one_line_addresses(case: Case) -> None:
    records = case.reading("ip-addr").records
    found = [each for each in records if isinstance(each, Address)]
    assert [[each.interface, each.address] for each in found] == case.expected["addresses"]
    assert len(found) == len(records) == case.expected["n_lines"]
    assert len({each.interface for each in found}) == case.expected["n_interfaces"]


def compare_vrfs(case: Case) -> None:
    found = [each for each in case.reading("ip-vrf").records if isinstance(each, Interface)]
    assert len(found) == case.expected["n"]
    tables = {each.name: int(each.kind_detail.removeprefix("table ")) for each in found}
    assert tables == case.expected["vrfs"]


def compare_routes(case: Case) -> None:
    reading = case.reading("ip6-route" if "inet6" in case.command else "ip-route")
    if "n_lines" in case.expected:  # lines that were cut: none may become a route
        assert reading.records == ()
        assert len(reading.ledger.unknown) == case.expected["n_lines"]
        return
    lines = case.data().decode().splitlines()
    assert len(reading.records) == case.expected["n_routes"]
    for expected in case.expected["routes"]:
        at = [
            route
            for number, route in zip(reading.line_numbers, reading.records, strict=True)
            if lines[number - 1].strip() == expected["line"].strip()
        ]
        assert at, expected["line"]
        assert isinstance(at[0], Route)
        _compare_route(at[0], expected)


def _compare_route(found: Route, expected: dict[str, Any]) -> None:
    where = "0.0.0.0/0" if found.family == 4 else "::/0"
    dst = expected["dst"]
    assert found.prefix == (where if dst == "default" else prefix(dst))
    assert found.type == expected.get("type", "unicast")
    assert found.table == expected.get("table", "main")
    assert found.protocol == expected.get("proto", "")
    assert found.scope == expected.get("scope", "")
    assert found.source == expected.get("src", "")
    assert found.metric == (int(expected["metric"]) if "metric" in expected else None)
    assert found.next_hop_id == expected.get("nhid", "")
    assert found.error == expected.get("error", "")
    assert found.expires == expected.get("expires", "")
    if "mtu" in expected:
        assert f"mtu {expected['mtu']}" in found.attributes
    if "nexthops" in expected:
        assert list(found.next_hops) == [_hop(text) for text in expected["nexthops"]]
        return
    if not any(key in expected for key in ("via", "dev")):
        return
    (hop,) = found.next_hops
    assert hop.gateway == (address(expected["via"]) if "via" in expected else "")
    assert hop.device == expected.get("dev", "")
    assert hop.flags == tuple(expected.get("flags", ()))


def _hop(text: str) -> NextHop:
    words = text.split()
    values = dict(zip(words[1::2], words[2::2], strict=True))
    return NextHop(address(values["via"]), values["dev"], int(values["weight"]))


def compare_rules(case: Case) -> None:
    reading = case.reading("ip6-rule" if "-6" in case.command else "ip-rule")
    assert len(reading.records) == case.expected["n_rules"]
    for record, expected in zip(reading.records, case.expected["rules"], strict=True):
        assert isinstance(record, Rule)
        assert record.priority == expected["prio"]
        said = f"{record.selector} {record.action}"
        line = expected.get("line", "").partition("\t")[2]
        assert said == (line or f"from {expected['from']} lookup {expected['lookup']}")


def compare_neighbours(case: Case) -> None:
    reading = case.reading("ip-neigh")
    found = [each for each in reading.records if isinstance(each, Neighbour)]
    assert len(found) == case.expected["n_neighbours"]
    for expected in case.expected.get("neighbours", ()):
        entry = next(
            each
            for each in found
            if (each.address, each.device) == (expected["ip"], expected.get("dev", ""))
        )
        assert entry.nud == expected["state"]
        assert entry.mac == expected.get("lladdr", "")
        assert ("router" in entry.flags) == expected.get("router", False)


def compare_driver_statistics(case: Case) -> None:
    reading = case.reading("ethtool-S")
    counters: dict[str, int] = {}
    total = 0
    for record in reading.records:
        assert isinstance(record, DriverStatistics)
        counters |= dict(record.counters)
        total += len(record.counters)
        if record.peer_index is not None:
            counters["peer_ifindex"] = record.peer_index
            total += 1
    assert total == case.expected["n_counters"]
    assert case.expected.get("counters", {}).items() <= counters.items()
    unknown = [each.text.strip() for each in reading.ledger.unknown]
    broken = [line for line in case.expected.get("broken_lines", ()) if "NIC" not in line]
    assert [line for line in unknown if not line.startswith("no stats")] == broken


COMPARERS: dict[str, Callable[[Case], None]] = {
    "ip-addr": compare_interfaces,
    "ip-d-addr": compare_interfaces,
    "ip-link": compare_interfaces,
    "ip-s-link": compare_counters,
    "ip-o-addr": compare_one_line_addresses,
    "ip-vrf": compare_vrfs,
    "ip-route": compare_routes,
    "ip-rule": compare_rules,
    "ip-neigh": compare_neighbours,
    "ethtool-S": compare_driver_statistics,
}
