"""By which words the facts of a network name its workloads: addresses, devices and MACs.

A word stands for a workload by a placeholder that is the same for all workloads alike: its first
address, the other end of its eth0. Who shares a word with another is alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from collector.capture import HOST
from netsnap.model.disposition import Endpoint
from netsnap.model.network import Network
from netsnap.model.numbers import IPV4, IPV6, block
from netsnap.model.space import Place, Port, Space

LOOPBACK = {IPV4: block("127.0.0.0/8"), IPV6: block("::1/128")}
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
        kept = _kept(network, like) if like is not None else {}
        if like is not None and len(kept) == len(network.endpoints) == len(like.placeholders):
            return cls(
                network, like.owner, like.placeholders, like.addresses, like.devices, like.alone,
                like.odd, like.words,
            )  # fmt: skip
        for endpoint in network.endpoints:
            known = kept.get(endpoint.name)
            names.owner[endpoint.node, endpoint.netns] = endpoint.name
            if known is None or like is None:
                names.anew.add(endpoint.name)
                names._name(endpoint)
            else:
                names.placeholders[endpoint.name] = known
                names.odd |= like.odd & {endpoint.name}
            names._claim(endpoint)
        names.alone |= names.odd
        return names

    def named(self, words: tuple[str, ...], node: str) -> set[str]:
        """Return the workloads that some words name, of which devices are a ``node``'s, or ""."""
        tables = (self.addresses, self.devices[node]) if node in self.devices else (self.addresses,)
        return {table[word] for table in tables for word in words if word in table}

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


def _kept(network: Network, like: Names) -> dict[str, dict[str, str]]:
    """Return the words of the workloads that are called as they were in a network like this."""
    was = like.network
    if network.hardware.keys() != was.hardware.keys():
        return {}
    nodes = {endpoint.node for endpoint in network.endpoints}
    joined = {node for node in nodes if network.ends(node) is was.ends(node)}
    former = {endpoint.name: endpoint for endpoint in was.endpoints}
    return {
        endpoint.name: like.placeholders[endpoint.name]
        for endpoint in network.endpoints
        if endpoint.node in joined
        and endpoint == former.get(endpoint.name)
        and network.spaces[endpoint.node, endpoint.netns]
        is was.spaces.get((endpoint.node, endpoint.netns))
    }


def addresses_of(endpoint: Endpoint, space: Space) -> tuple[str, ...]:
    """List all addresses of a workload but those that every namespace has."""
    own = (
        each.text for each in space.addresses if not LOOPBACK[each.number.family].holds(each.number)
    )
    return tuple(dict.fromkeys((*endpoint.addresses, *own)))
