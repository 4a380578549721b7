"""Whom random networks are about, and what every happening does with a namespace's records."""

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from random import Random
from typing import Any

from collector.capture import HOST
from parsers.records import Address, Interface, NextHop, Sysctl
from parsers.roles import Record
from tests.model.cluster import BLOCKS, NIC, NODES, World, address_of, pod_of, veth_of

PODS = 3
"""Pods a node that lines drawn at random name; most clusters have as many or one fewer."""
ENDS = [(node, pod) for node in NODES for pod in range(1, PODS + 1)]
ADDRESSES = [address_of(*end) for end in ENDS]
VETHS = [veth_of(*end) for end in ENDS]
PREFIXES = [
    *BLOCKS.values(),
    *(f"{address}/32" for address in ADDRESSES),
    *("192.168.167.64/30", "192.168.86.0/30", "192.168.23.194/31", "192.168.0.0/16"),
    *("0.0.0.0/0", "172.16.0.0/24", "172.17.0.0/16"),
]
PREFIXES6 = ["::/0", "fd00:1::/64", "fd00:2::/64", "fd00:3::/64", "fd00:2::1/128", "fd00::/16"]
DEVICES = [*VETHS, NIC, "eth0", "docker0", "vxlan.calico", "tunl0"]
SECOND = "eth1"
"""The interface of a second network, on which some clusters' nodes are too."""
NEAR = {node: f"10.9.0.{at}" for at, node in enumerate(NODES, 1)}
MACS = {node: f"0a:00:00:00:00:0{at}" for at, node in enumerate(NODES, 1)}
STRANGERS = [*list(MACS.values())[:2], "66:00:00:00:00:01", "0c:00:00:00:01:01"]


def mac_of(node: str, pod: int) -> str:
    """Return the hardware address of a pod, where a cluster's pods have any."""
    return f"0c:00:00:00:0{list(NODES).index(node) + 1}:0{pod}"


def pods_of(world: World, node: str) -> list[int]:
    """List the numbers of a node's pods that are called as they were at first."""
    return [pod for pod in range(1, 5) if (node, pod_of(node, pod)) in world]


def hosts_of(world: World) -> list[tuple[str, str]]:
    """List the nodes' own namespaces."""
    return [place for place in world if place[1] == HOST]


def workloads_of(world: World) -> list[tuple[str, str]]:
    """List the workloads' namespaces."""
    return [place for place in world if place[1] != HOST]


def place_of(world: World, random: Random) -> list[Record]:
    """Choose a namespace, a node's own more often than a workload's."""
    return world[random.choice(hosts_of(world) if random.random() < 0.6 else list(world))]


def device_of(records: list[Record], random: Random) -> str:
    """Choose an interface, most often one that is there."""
    there = [each.name for each in records if isinstance(each, Interface)]
    return random.choice(there if there and random.random() < 0.8 else DEVICES)


def addresses_of(world: World) -> list[str]:
    """List the addresses of the pods."""
    return [
        each.address.partition("/")[0]
        for place in workloads_of(world)
        for each in world[place]
        if isinstance(each, Address) and each.family == 4 and each.interface == "eth0"
    ] or ["192.168.86.2", "192.168.86.3"]


def put(records: list[Record], new: Record) -> None:
    """Put a record in the place of those of its identity."""
    same = [at for at, each in enumerate(records) if type(each) is type(new)]
    for at in reversed(same):
        if records[at].identity == new.identity:
            del records[at]
    records.append(new)


def put_switch(records: list[Record], name: str, value: str) -> None:
    """Set a switch of the kernel."""
    put(records, Sysctl(name, value))


def called(record: Record, names: Mapping[str, str]) -> Record:
    """Return a record in which each of these names stands as another."""
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)")
    found = {}
    for each in fields(record):
        old = getattr(record, each.name)
        new = _called(old, pattern, names)
        if new != old:
            found[each.name] = new
    changed: Record = replace(record, **found) if found else record
    return changed


def _called(value: Any, pattern: re.Pattern[str], names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return pattern.sub(lambda found: names[found[0]], value)
    if isinstance(value, tuple):
        return tuple(_called(each, pattern, names) for each in value)
    if isinstance(value, NextHop):
        gateway, device = (_called(each, pattern, names) for each in (value.gateway, value.device))
        return replace(value, gateway=gateway, device=device)
    return value
