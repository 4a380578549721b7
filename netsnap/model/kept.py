"""What one sorting of workloads can take over from another: what says the same of the same."""

from collections.abc import Mapping
from dataclasses import dataclass

from collector.capture import HOST
from netsnap.model.lexicon import Lexicon
from netsnap.model.naming import Names
from netsnap.model.pages import Page, Rows
from netsnap.model.space import Space, is_same_row
from netsnap.model.wording import said


@dataclass(frozen=True)
class Kept:
    """Which pages of another network are this one's, too."""

    names: Names
    like: Names
    renamed: frozenset[str]  # workloads that are not called as they were, or share a word now
    words: frozenset[str]  # that are another's name now, or were
    devices: Mapping[str, frozenset[str]]  # likewise, on each node
    kinds: frozenset[str]  # of records that have one of these words as it stands
    device_kinds: frozenset[str]

    @classmethod
    def of(cls, names: Names, like: Names, lexicon: Lexicon) -> "Kept":
        """Compare what the workloads are called in both."""
        now, was = names.placeholders, like.placeholders
        either = names.anew | (was.keys() - now.keys())
        called = (name for name in either if now.get(name) != was.get(name))
        addresses = _differing(names.addresses, like.addresses)
        devices = {
            node: _differing(names.devices.get(node, {}), like.devices.get(node, {}))
            for node in names.devices.keys() | like.devices.keys()
        }
        owners = addresses.union(*devices.values())
        words = frozenset(word for word, _ in addresses)
        ends = {
            node: frozenset(word for word, _ in found) for node, found in devices.items() if found
        }
        return cls(
            names,
            like,
            frozenset((*called, *(name for _, name in owners))),
            words,
            ends,
            lexicon.kinds_with(words),
            lexicon.kinds_with(frozenset().union(*ends.values())),
        )

    def all_of(self, space: Space, pages: tuple[Page, ...]) -> bool:
        """Say at a glance that a namespace's pages are all the same; False: look at each."""
        return (
            not self.kinds
            and space is self.like.network.spaces.get(space.place)
            and (space.netns != HOST or space.node not in self.devices)
            and self._is_owned_alike(space)
            and all(not page.named or self.renamed.isdisjoint(page.named) for page in pages)
        )

    def _is_owned_alike(self, space: Space) -> bool:
        owner = self.names.owner.get(space.place)
        return owner == self.like.owner.get(space.place) and owner not in self.renamed

    def holds(self, space: Space, page: Page, rows: Rows) -> bool:
        """Say whether a page of the other network is this one's too, by these rows."""
        if not self._is_owned_alike(space):
            return False
        if len(page.rows) != len(rows) or not all(map(is_same_row, page.rows, rows)):
            return False
        if page.named and not self.renamed.isdisjoint(page.named):
            return False
        words, kinds = self.words, self.kinds
        if space.netns == HOST and space.node in self.devices:
            words, kinds = words | self.devices[space.node], kinds | self.device_kinds
        return not kinds or not _has(page, words, kinds)


def _has(page: Page, words: frozenset[str], kinds: frozenset[str]) -> bool:
    """Say whether facts of some kinds have one of some words."""
    for row in page.rows:
        if not row or row[0].record.kind not in kinds:
            continue
        for fact in row:
            spoken = said(fact.record)
            if spoken is None:
                break
            if not words.isdisjoint(spoken.words):
                return True
    return False


def _differing(one: Mapping[str, str], other: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    """Return the words that are another's name, each with those whose they are and were."""
    if one is other or one == other:
        return frozenset()
    return frozenset(one.items() ^ other.items())
