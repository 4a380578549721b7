"""By which words the facts of a network name its workloads: addresses, devices and MACs.

A word stands for a workload by a placeholder that is the same for all workloads alike: its first
address, the other end of its eth0. Who shares a word with another is alone.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import repeat

from collector.capture import HOST
from netsnap.model.disposition import Endpoint
from netsnap.model.network import Network
from netsnap.model.numbers import IPV4, IPV6, block
from netsnap.model.space import Place, Port, Space

LOOPBACK = {IPV4: block("127.0.0.0/8"), IPV6: block("::1/128")}
NOTHING: Mapping[str, str] = {}
NOT = repeat("")
ADDRESS, MAC, END = "@address ", "@mac of ", "@end of "


@dataclass
class Names:
    """What the workloads of a network are called."""

    network: Network
    owner: dict[Place, str] = field(default_factory=dict)
    placeholders: dict[str, dict[str, str]] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)  # → whose it is
    devices: dict[str, dict[str, str]] = field(default_factory=dict)  # by node
    alone: set[str] = field(default_factory=set)
    odd: set[str] = field(default_factory=set)
    """Those of the ``alone`` whose interfaces' other ends are none that a placeholder tells."""
    words: set[str] = field(default_factory=set)
    anew: set[str] = field(default_factory=set)
    """The workloads that were not taken over from another network's."""

    @classmethod
    def of(cls, network: Network, like: "Names | None" = None) -> "Names":
        """Name the workloads; ``like`` are the names of a network like this one."""
        names = cls(network)
        kept = _kept(network, like) if like is not None else frozenset()
        if like is not None:
            names._take_over(like, kept)
        for endpoint in network.endpoints:
            if endpoint.name not in kept:
                names.anew.add(endpoint.name)
                names._name(endpoint)
                names._claim(endpoint)
        names.alone |= names.odd
        return names

    def _take_over(self, like: "Names", kept: AbstractSet[str]) -> None:
        """Call some workloads as a network like this one calls them."""
        was = {endpoint.name: endpoint for endpoint in like.network.endpoints}
        gone = like.placeholders.keys() - kept
        if not gone.isdisjoint(like.alone):  # others may have shared their words
            for name in kept:
                self.placeholders[name] = like.placeholders[name]
                self._claim(was[name])
        elif not gone and len(was) == len(self.network.endpoints):
            self.owner, self.placeholders = like.owner, like.placeholders
            self.addresses, self.devices = like.addresses, like.devices
            self.alone, self.words = like.alone, like.words
        else:
            self.owner, self.placeholders = dict(like.owner), dict(like.placeholders)
            self.addresses, self.words = dict(like.addresses), set(like.words)
            self.devices = {node: dict(devices) for node, devices in like.devices.items()}
            self.alone = set(like.alone)
            for name in gone:
                self._forget(was[name])
        self.odd = like.odd & kept

    def _forget(self, endpoint: Endpoint) -> None:
        """Call a workload nothing any more, whose words are nobody else's."""
        del self.owner[endpoint.node, endpoint.netns]
        for word, placeholder in self.placeholders.pop(endpoint.name).items():
            if placeholder.startswith(END):
                del self.devices[endpoint.node][word]
            elif not placeholder.startswith(MAC):
                del self.addresses[word]

    def named(self, words: tuple[str, ...], node: str) -> set[str]:
        """Return the workloads that some words name, of which devices are a ``node``'s, or ""."""
        devices = self.devices.get(node, NOTHING)
        found = {*map(self.addresses.get, words, NOT), *map(devices.get, words, NOT)}
        found.discard("")
        return found

    def joined(self, space: Space) -> Iterator[tuple[str, Port]]:
        """Yield each interface of a workload, and to what it is joined."""
        if space.dark:
            return
        ends = self.network.ends(space.node)
        node, netns = space.place
        for device in space.interfaces:
            for far in ends.get(Port(node, netns, device), ()):
                yield device, far

    def _name(self, endpoint: Endpoint) -> None:
        space = self.network.spaces[endpoint.node, endpoint.netns]
        names: dict[str, str] = {}
        for at, text in enumerate(addresses_of(endpoint, space)):
            names[text] = f"{ADDRESS}{at}"
        for device, (_, interface) in space.interfaces.items():
            if interface.mac and interface.mac not in self.network.hardware:
                names.setdefault(interface.mac, f"{MAC}{device}")
        ended: set[str] = set()
        for device, far in self.joined(space):
            if device in ended or far.netns not in (HOST, endpoint.netns):
                self.odd.add(endpoint.name)
            ended.add(device)
            if far.netns != endpoint.netns:
                names[far.device] = f"{END}{device}"
        self.placeholders[endpoint.name] = names

    def _claim(self, endpoint: Endpoint) -> None:
        name = endpoint.name
        self.owner[endpoint.node, endpoint.netns] = name
        devices = self.devices.setdefault(endpoint.node, {})
        own = self.placeholders[name]
        self.words.update(own)
        for word, placeholder in own.items():
            if placeholder.startswith(MAC):
                continue
            table = devices if placeholder.startswith(END) else self.addresses
            other = table.setdefault(word, name)
            if other != name:
                self.alone |= {name, other}


def _kept(network: Network, like: Names) -> frozenset[str]:
    """Return the workloads that are called as they were in a network like this."""
    was = like.network
    former = {endpoint.name: endpoint for endpoint in was.endpoints}
    nodes = {endpoint.node for endpoint in network.endpoints}
    rejoined = {node for node in nodes if network.ends(node) is not was.ends(node)}
    stations = network.hardware.keys() ^ was.hardware.keys()
    found = []
    for endpoint in network.endpoints:
        place = endpoint.node, endpoint.netns
        space, known = network.spaces[place], former.get(endpoint.name)
        if space is not was.spaces.get(place) or (known is not endpoint and known != endpoint):
            continue
        if endpoint.node in rejoined and not _is_joined_as_it_was(space, network, was):
            continue
        macs = (interface.mac for _, interface in space.interfaces.values()) if stations else ()
        if stations.isdisjoint(macs):
            found.append(endpoint.name)
    return frozenset(found)


def _is_joined_as_it_was(space: Space, network: Network, was: Network) -> bool:
    now, then = network.ends(space.node), was.ends(space.node)
    ports = (Port(*space.place, device) for device in space.interfaces)
    return all(now.get(port) == then.get(port) for port in ports)


def addresses_of(endpoint: Endpoint, space: Space) -> tuple[str, ...]:
    """List all addresses of a workload but those that every namespace has."""
    own = (
        each.text for each in space.addresses if not LOOPBACK[each.number.family].holds(each.number)
    )
    return tuple(dict.fromkeys((*endpoint.addresses, *own)))
