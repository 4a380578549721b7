"""From a snapshot's answers to facts under stable names, and to what the snapshot is blind to."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from collector.capture import HOST, Outcome, Question, Reach
from collector.probe import Where
from parsers.answer import Answer, NodeView, Snapshot
from parsers.catalogue import ENTRIES, PROBES
from parsers.facts import BlindSpot, Fact, Facts, Key, hidden_at
from parsers.names import is_an_admins, is_host, mount_names, scope_of, workload_names
from parsers.reading import Ledger
from parsers.records import RECORDS, Container, ContainerSummary, NetworkNamespace
from parsers.roles import Record
from parsers.sound import only_sound
from parsers.workloads import doubts, lacks, stood_in_for, why_not_whole

R = TypeVar("R", bound=Record)

ALL_KINDS = frozenset(record.kind for record in RECORDS)
_KINDS = {each.probe.name: frozenset(kind.kind for kind in each.kinds) for each in ENTRIES}
_FAMILY = {each.probe.name: each.family for each in ENTRIES}
_FAMILIES = frozenset({4, 6})
_ALWAYS = frozenset(each.probe.name for each in ENTRIES if each.always)
_IN_EVERY_NETNS = frozenset(p.name for p in PROBES if p.where is Where.NETNS)


def assemble(snapshot: Snapshot) -> Facts:
    """Name the namespaces of each node, key every record, and list the blind spots.

    A namespace whose workload cannot be told, because the node's containers or namespaces could
    not be read, is left out and is a blind spot: under its inode it would look like a new thing.
    A kind is hidden in a namespace if a question about it was not answered, failed, had lines
    that no template knows, or was not asked there.
    """
    parts = [_Part(view) for view in snapshot.nodes]
    for part in parts:
        part.work()
    facts = Facts(
        snapshot=snapshot,
        by_key={key: fact for part in parts for key, fact in part.by_key.items()},
        netns={(part.node, scope): name for part in parts for scope, name in part.names.items()},
        blind=tuple(spot for part in parts for spot in part.blind),
        hidden=hidden_at(place for part in parts for place, _ in part.unseen()),
        half_hidden={
            place: min(families)
            for part in parts
            for place, families in part.unseen()
            if families < _FAMILIES
        },
        reached=frozenset(view.node for view in snapshot.nodes if view.reach is Reach.REACHED),
    )
    facts = only_sound(facts)
    facts.places  # noqa: B018 -- sorted while they are at hand, for all who ask for one kind
    return facts


@dataclass(slots=True)
class _Part:
    """One node's part of the facts."""

    view: NodeView
    names: dict[str, str] = field(default_factory=dict)
    by_key: dict[Key, Fact] = field(default_factory=dict)
    blind: list[BlindSpot] = field(default_factory=list)
    hidden: dict[str, dict[str, frozenset[int]]] = field(default_factory=dict)
    """netns → kind → families of addresses."""

    @property
    def node(self) -> str:
        return self.view.node

    def work(self) -> None:
        if self.view.reach is not Reach.REACHED:
            reason = f"{self.view.reach}: {self.view.detail}".removesuffix(": ")
            self._blind("", ALL_KINDS, reason)
        self._name_namespaces()
        self._key_records()
        for answer in self.view.answers:
            self._look_at(answer)
        if self.view.reach is Reach.REACHED:
            self._look_for_unasked()

    def _name_namespaces(self) -> None:
        namespaces = list(_records(self.view.answers, NetworkNamespace))
        containers = list(_records(self.view.answers, Container))
        scopes = {answer.question.scope for answer in self.view.answers} - {HOST}
        scopes |= {scope_of(each.inode) for each in namespaces if not is_host(each)}
        by_scope = {scope_of(each.inode): each for each in namespaces}
        own = workload_names(namespaces, containers)
        mounted = mount_names(namespaces)
        ours = {scope_of(each.inode) for each in namespaces if is_an_admins(each)}
        doubt = doubts(self.view)
        self.names = {HOST: HOST}
        for scope in sorted(scopes):
            why = doubt.of(by_scope.get(scope))
            if scope in own or scope in ours or not why:
                self.names[scope] = own.get(scope) or mounted.get(scope, scope)
            else:
                self._blind(scope, ALL_KINDS, f"its workload cannot be told: {why}")

    def _key_records(self) -> None:
        seen: Counter[tuple[str, str, tuple[Any, ...]]] = Counter()
        told: dict[tuple[str, str], str] = {}
        for answer in self.view.answers:
            netns = self.names.get(answer.question.scope)
            if netns is None:
                continue
            reading = answer.reading
            for record, line in zip(reading.records, reading.line_numbers, strict=True):
                if isinstance(record, Container | ContainerSummary) and record.id:
                    # Two runtimes may tell of one container: Docker's is containerd's too.
                    first = told.setdefault((record.kind, record.id), answer.question.probe)
                    if first != answer.question.probe:
                        continue
                place = (netns, record.kind, record.identity)
                key = Key(self.node, netns, record.kind, record.identity, seen[place])
                seen[place] += 1
                self.by_key[key] = Fact(key, record, answer, line)

    def _look_at(self, answer: Answer) -> None:
        """Note what one answer hides."""
        netns = self.names.get(answer.question.scope)
        reason = why_not_whole(answer)
        if netns is None or not reason or stood_in_for(answer, self.view.answers):
            return
        reading = answer.reading
        is_whole = answer.outcome is Outcome.ANSWERED and not reading.blind
        unknown = _unknown_texts(reading.ledger) if is_whole else ()
        self._blind(netns, _kinds(answer), reason, answer.question, unknown, lacking=_lacks(answer))

    def _look_for_unasked(self) -> None:
        """Hide what other namespaces of the node were asked and this one was not."""
        asked: dict[str, set[str]] = {netns: set() for netns in self.names.values()}
        seen: dict[str, set[str]] = {netns: set() for netns in self.names.values()}
        for answer in self.view.answers:
            netns = self.names.get(answer.question.scope)
            if netns is not None:
                asked[netns].add(answer.question.probe)
                seen[netns] |= _kinds(answer)
        everywhere = set().union(*asked.values()) & _IN_EVERY_NETNS
        for netns, probes in asked.items():
            if left_out := sorted(everywhere - probes):
                self._blind_unasked(netns, left_out)
            self._hide(netns, ALL_KINDS - seen[netns])

    def _blind(
        self,
        netns: str,
        kinds: frozenset[str],
        reason: str,
        question: Question | None = None,
        unknown: tuple[str, ...] = (),
        *,
        lacking: bool = False,
    ) -> None:
        probe, subject = (question.probe, question.subject) if question else ("", "")
        spot = BlindSpot(self.node, netns, probe, subject, kinds, reason, unknown, lacking)
        self.blind.append(spot)
        self._hide(netns, kinds, _FAMILY.get(probe, 0))

    def _blind_unasked(self, netns: str, probes: list[str]) -> None:
        kinds = frozenset[str]().union(*(_KINDS[probe] for probe in probes))
        reason = f"not asked: {', '.join(probes)}"
        self.blind.append(BlindSpot(self.node, netns, "", "", kinds, reason))
        for probe in probes:
            self._hide(netns, _KINDS[probe], _FAMILY[probe])

    def _hide(self, netns: str, kinds: frozenset[str], family: int = 0) -> None:
        families = frozenset({family}) if family else _FAMILIES
        hidden = self.hidden.setdefault(netns, {})
        for kind in kinds:
            hidden[kind] = hidden.get(kind, families) | families

    def unseen(self) -> Iterator[tuple[tuple[str, str, str], frozenset[int]]]:
        """Yield what is hidden, and of which families."""
        for netns, kinds in self.hidden.items():
            for kind, families in kinds.items():
                yield (self.node, netns, kind), families


def _records(answers: Iterable[Answer], record_type: type[R]) -> Iterator[R]:
    for answer in answers:
        for record in answer.reading.records:
            if isinstance(record, record_type):
                yield record


def _kinds(answer: Answer) -> frozenset[str]:
    """Return the kinds that an answer is about; of a probe we do not know, those it gave."""
    known = _KINDS.get(answer.question.probe)
    return known or frozenset(record.kind for record in answer.reading.records)


def _unknown_texts(ledger: Ledger) -> tuple[str, ...]:
    """Return the unknown lines; of those that were not kept, one for them all that tells them."""
    texts = tuple(each.text for each in ledger.unknown)
    if not ledger.more:
        return texts
    return (*texts, f"… and {ledger.more} more lines, SHA-256 {ledger.more_digest}")


def _lacks(answer: Answer) -> bool:
    """Say whether nothing is hidden that this node could have said: it has nobody to ask.

    What every kernel has is hidden all the same by a program that is missing.
    """
    kernels = answer.outcome is Outcome.MISSING and answer.question.probe in _ALWAYS
    return lacks(answer) and not kernels
