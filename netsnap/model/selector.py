"""Which packets a policy routing rule applies to ("from 10.0.0.0/8 iif eth0", as printed)."""

from dataclasses import dataclass
from functools import lru_cache

from netsnap.model.fwmark import ALL_BITS, asks
from netsnap.model.numbers import WIDTH, Block, Number, block, number

LOOPBACK = "lo"
"""``iif lo`` selects packets that begin in the namespace."""


@dataclass(frozen=True, slots=True)
class Selector:
    """A rule's conditions. None is "any". ``other`` are conditions the model cannot decide."""

    inverted: bool = False
    source: Block | None = None
    destination: Block | None = None
    ingress: str | None = None
    never: bool = False
    other: tuple[str, ...] = ()

    @classmethod
    @lru_cache(maxsize=1 << 12)
    def of(cls, text: str, bits: int = ALL_BITS) -> "Selector":
        """Read a selector as ``ip rule`` prints it; ``bits`` of a packet's mark may be set."""
        words = text.split()
        inverted = bool(words) and words[0] == "not"
        words = words[inverted:]
        values: dict[str, str] = {}
        other: list[str] = []
        never = False
        while words:
            name, *words = words
            if name in ("from", "to", "iif", "dev", "oif") and words:
                values[name], *words = words
            elif name == "[detached]":  # the interface does not exist
                never = True
            elif name == "fwmark" and words and (fits := asks(words[0], bits)) is not None:
                never = never or not fits
                words = words[1:]
            else:
                other.append(name)
        blocks: dict[str, Block | None] = {}
        for name in ("from", "to"):
            try:
                blocks[name] = _block(values.get(name, "all"))
            except ValueError:  # no address: what the rule means cannot be told
                other.append(f"{name} {values[name]}")
        # oif selects packets of a socket bound to an interface; the model's are not bound.
        found = cls(
            inverted=inverted,
            source=blocks.get("from"),
            destination=blocks.get("to"),
            ingress=values.get("iif", values.get("dev")),
            never=never or "oif" in values,
            other=tuple(other),
        )
        return ANY if found == ANY else found

    @property
    def asks_source(self) -> bool:
        """Whether the answer depends on the packet's source address."""
        return self.source is not None

    @property
    def asks_ingress(self) -> bool:
        """Whether the answer depends on the interface that the packet came in by."""
        return self.ingress is not None

    def fits(self, source: str, destination: Number, ingress: str) -> bool | None:
        """Say whether the rule applies; None if that cannot be told.

        ``source`` is "" where it is not known.
        """
        if self is ANY:
            return True
        conditions = (
            False if self.never else None if self.other else True,
            self.source is None or (self.source.holds(number(source)) if source else None),
            self.destination is None or self.destination.holds(destination),
            self.ingress is None or self.ingress == (ingress or LOOPBACK),
        )
        if any(each is False for each in conditions):
            return self.inverted
        if any(each is None for each in conditions):
            return None
        return not self.inverted


ANY = Selector()
"""Every packet ("from all")."""


def _block(text: str) -> Block | None:
    """Read a rule's prefix or address, None for all. Raises ValueError for anything else."""
    if text == "all" or text.endswith("/0"):
        return None
    if "/" in text:
        return block(text)
    alone = number(text)
    return Block(alone.family, alone.bits, WIDTH[alone.family])
