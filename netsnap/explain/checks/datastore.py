"""What Calico's datastore says, out of the answers of all nodes: each of them asks for the same."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_interface

from collector.capture import HOST
from netsnap.explain.checks.finding import BGP_ADDRESSES, Case
from parsers.facts import Fact
from parsers.records import CalicoKind, CalicoResource, CalicoSetting, NodeIdentity

MESH = "nodeToNodeMesh"


@dataclass(frozen=True)
class Told:
    """One of Calico's objects: the first line that tells of it, its name and its spec."""

    fact: Fact
    name: str
    namespace: str
    spec: Mapping[str, str]
    labels: Mapping[str, str]

    @property
    def addresses(self) -> tuple[str, ...]:
        """Return the addresses from which a Node speaks BGP, without their lengths."""
        said = (self.spec.get(path, "") for path in BGP_ADDRESSES)
        return tuple(filter(None, map(_bare, said)))


@dataclass(frozen=True)
class Datastore:
    """The objects of all kinds that some node was told."""

    case: Case

    def objects(self, kind: str) -> tuple[Told, ...]:
        """Return the objects of a kind, each once, in order of their names."""
        found = self._objects.get(kind, {})
        return tuple(found[name] for name in sorted(found))

    def lists(self, kind: str) -> bool:
        """Say whether an object of a kind that is not here is nowhere."""
        return kind in self._listed

    @cached_property
    def _objects(self) -> Mapping[str, dict[tuple[object, ...], Told]]:
        found: dict[str, dict[tuple[object, ...], Told]] = defaultdict(dict)
        for fact, said in self.case.of(CalicoResource, netns=HOST):
            if not said.deleted_at:
                values = dict(said.spec), dict(said.labels)
                told = Told(fact, said.name, said.namespace, *values)
                found[said.resource].setdefault((said.namespace, said.name, said.place), told)
        return found

    @cached_property
    def _listed(self) -> frozenset[str]:
        return frozenset(
            said.resource
            for fact, said in self.case.of(CalicoKind, netns=HOST)
            if said.answer == "listed" and self.case.sees(fact.key.node, CalicoResource)
        )

    @cached_property
    def identities(self) -> Mapping[str, tuple[Fact, NodeIdentity]]:
        """Map each node that says who it is to what it says."""
        return {fact.key.node: (fact, said) for fact, said in self.case.of(NodeIdentity)}

    @cached_property
    def _nodes(self) -> Mapping[str, str]:
        """Map the names by which Calico may call a node to the inventory's."""
        found = {node: node for node in self.case.nodes}
        for node, (_, said) in self.identities.items():
            name = said.calico_name or said.hostname
            found[name] = node
        return found

    def node(self, name: str) -> str:
        """Return the inventory's name of a node that was read, "" for any other."""
        return self._nodes.get(name, "")

    def mesh(self) -> tuple[bool, Fact] | None:
        """Say whether the nodes are to peer with each other, and which line says so."""
        for each in self.objects("BGPConfiguration"):
            said = each.spec.get(f"{MESH}Enabled", "")
            if each.name == "default" and said:
                return said == "true", each.fact
        for fact, setting in self.case.of(CalicoSetting, netns=HOST):
            if setting.name == MESH:
                return setting.value == "on", fact
        return None

    def as_number(self) -> str:
        """Return the AS number of nodes that have none of their own, "" where nobody says it."""
        for each in self.objects("BGPConfiguration"):
            if each.name == "default" and "asNumber" in each.spec:
                return each.spec["asNumber"]
        settings = (said for _, said in self.case.of(CalicoSetting, netns=HOST))
        return next((said.value for said in settings if said.name == "asNumber"), "")

    def pairs(self) -> Iterator[tuple[Told, Told]]:
        """Yield each two Nodes that were read."""
        known = [each for each in self.objects("Node") if self.node(each.name)]
        for at, one in enumerate(known):
            yield from ((one, other) for other in known[at + 1 :])


def _bare(address: str) -> str:
    try:
        return str(ip_interface(address).ip)
    except ValueError:
        return ""
