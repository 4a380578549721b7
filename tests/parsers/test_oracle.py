"""Two independent witnesses of one network namespace: our reading of iproute2's text, and its JSON.

Both are asked of the same namespace, which holds one of everything (``scene``).
"""

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest

from parsers.addresses import everywhere, prefix
from parsers.read import read_text
from parsers.reading import Reading
from parsers.records import Address, Interface, Neighbour, Route, Rule
from tests.parsers.scene import ip, scene

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="makes network namespaces: needs root")


@pytest.fixture(scope="module")
def netns() -> Iterator[str]:
    with scene() as name:
        yield name


def both(netns: str, words: str, probe: str) -> tuple[Reading, list[dict[str, Any]]]:
    text = ip("-n", netns, *words.split())
    reading = read_text(probe, text.encode())
    assert reading.ledger.unknown == ()
    return reading, json.loads(ip("-n", netns, "-j", *words.split()) or "[]")


def test_interfaces_are_what_ip_says_in_json(netns: str) -> None:
    reading, told = both(netns, "-d addr show", "ip-addr")
    found = [each for each in reading.records if isinstance(each, Interface)]
    assert len(found) == len(told) >= 10
    for interface, said in zip(found, told, strict=True):
        info = said.get("linkinfo", {})
        assert interface.name == said["ifname"]
        assert interface.index == said["ifindex"]
        assert list(interface.flags) == sorted(said["flags"])
        assert interface.mtu == said["mtu"]
        assert interface.qdisc == said["qdisc"]
        assert interface.operstate == said["operstate"]
        assert interface.master == said.get("master", "")
        assert interface.link_type == said["link_type"]
        assert interface.mac == said["address"]
        assert interface.broadcast == said["broadcast"]
        assert interface.lower == said.get("link", "")
        assert interface.peer_index == said.get("link_index")
        assert bool(interface.peer_netns) == ("link_netnsid" in said)  # by name or by number
        assert interface.link_kind == info.get("info_kind", "")
        assert interface.slave_kind.removesuffix("_slave") == info.get("info_slave_kind", "")
        assert interface.group == said["group"]
        assert interface.queue_length == said["txqlen"]
        assert interface.promiscuity == said["promiscuity"]
        assert interface.alias == said.get("ifalias", "")
        assert list(interface.alt_names) == sorted(said.get("altnames", ()))


def test_addresses_are_what_ip_says_in_json(netns: str) -> None:
    reading, told = both(netns, "-d addr show", "ip-addr")
    found = [each for each in reading.records if isinstance(each, Address)]
    said_all = [(link["ifname"], said) for link in told for said in link["addr_info"]]
    assert len(found) == len(said_all) >= 10
    forever = 2**32 - 1
    for address, (name, said) in zip(found, said_all, strict=True):
        assert address.interface == name
        assert address.family == {"inet": 4, "inet6": 6}[said["family"]]
        assert address.address == f"{said['local']}/{said['prefixlen']}"
        assert address.peer == said.get("address", "")
        assert address.broadcast == said.get("broadcast", "")
        assert address.scope == said["scope"]
        assert address.label == said.get("label", "")
        assert address.metric == said.get("metric")
        flags = {key for key, value in said.items() if value is True}
        assert set(address.flags) == flags
        for ours, theirs in (
            (address.valid_lifetime, said["valid_life_time"]),
            (address.preferred_lifetime, said["preferred_life_time"]),
        ):
            assert (theirs if ours is None else ours) in (forever, theirs, theirs + 1)


@pytest.mark.parametrize("family", [4, 6])
def test_routes_are_what_ip_says_in_json(netns: str, family: int) -> None:
    probe = {4: "ip-route", 6: "ip6-route"}[family]
    reading, told = both(netns, f"-{family} -d route show table all", probe)
    assert len(reading.records) == len(told) >= 20
    for route, said in zip(reading.records, told, strict=True):
        assert isinstance(route, Route)
        if "encap" not in said:  # else the JSON has the keys "dst" and "tos" twice
            dst = everywhere(family) if said["dst"] == "default" else prefix(said["dst"])
            assert (route.family, route.prefix) == (family, dst)
            assert route.tos == said.get("tos", "")
        assert route.type == said.get("type", "unicast")
        assert route.table == said.get("table", "main")
        assert route.protocol == said.get("protocol", "")
        assert route.scope == said.get("scope", "")
        assert route.source == said.get("prefsrc", "")
        assert route.metric == said.get("metric")
        assert route.preference == said.get("pref", "")
        assert route.next_hop_id == str(said.get("nhid", ""))
        assert bool(route.expires) == ("expires" in said)
        assert _hops(route) == _told_hops(said)
        metrics = {key for each in said.get("metrics", ()) for key in each}
        assert metrics <= {word for text in route.attributes for word in text.split()}


def _hops(route: Route) -> list[tuple[str, str, int, tuple[str, ...]]]:
    return [(hop.gateway, hop.device, hop.weight, hop.flags) for hop in route.next_hops]


def _told_hops(said: dict[str, Any]) -> list[tuple[str, str, int, tuple[str, ...]]]:
    hops = said.get("nexthops", [said] if "dev" in said else [])
    return [
        (
            hop.get("gateway", hop.get("via", {}).get("host", "")),
            hop.get("dev", ""),
            hop.get("weight", 1),
            tuple(sorted(hop.get("flags", ()))),
        )
        for hop in hops
    ]


@pytest.mark.parametrize("family", [4, 6])
def test_rules_are_what_ip_says_in_json(netns: str, family: int) -> None:
    probe = {4: "ip-rule", 6: "ip6-rule"}[family]
    reading, told = both(netns, f"-{family} rule show", probe)
    assert len(reading.records) == len(told) >= 3
    for rule, said in zip(reading.records, told, strict=True):
        assert isinstance(rule, Rule)
        assert rule.priority == said["priority"]
        assert rule.selector.startswith("not ") == ("not" in said)
        source = "/".join(str(said[key]) for key in ("src", "srclen") if key in said)
        assert f"from {source}" in rule.selector
        for key in ("iif", "oif", "fwmark", "ipproto", "sport"):
            assert (f" {key} " in rule.selector) == (key in said)
        if "table" in said:
            assert rule.action == f"lookup {said['table']}"
        elif "goto" in said:
            assert rule.action == f"goto {said['goto']}"
        else:
            assert rule.action == said["action"]
        assert ("[detached]" in rule.attributes) == ("iif_detached" in said)


def test_neighbours_are_what_ip_says_in_json(netns: str) -> None:
    reading, told = both(netns, "neigh show", "ip-neigh")
    assert len(reading.records) == len(told) >= 4
    for entry, said in zip(reading.records, told, strict=True):
        assert isinstance(entry, Neighbour)
        assert (entry.address, entry.device) == (said["dst"], said["dev"])
        assert entry.mac == said.get("lladdr", "")
        assert [entry.nud] == said["state"]
        assert set(entry.flags) == {"router", "extern_learn", "proxy"} & said.keys()
