"""A packet's mark, as far as it is known: filters set it in one line and ask for it in another."""

from typing import NamedTuple, Self

BITS = 0xFFFFFFFF


class Mark(NamedTuple):
    """The bits in ``known`` are those of ``value``; of the others nothing is known."""

    value: int = 0
    known: int = BITS

    def joined(self, other: "Mark") -> "Mark":
        """Return what holds of a packet that has the one mark or the other."""
        known = self.known & other.known & ~(self.value ^ other.value)
        return Mark(self.value & known, known)

    def fits(self, value: int, mask: int = BITS) -> bool | None:
        """Say whether the bits in ``mask`` are ``value``; None if that is not known."""
        if (self.value ^ value) & mask & self.known or value & ~mask:
            return False
        return None if mask & ~self.known else True

    def overwritten(self, value: int, mask: int) -> "Mark":
        """Zero the bits in ``mask``, then XOR ``value``: what ``--set-xmark`` does."""
        return self.anded(~mask & BITS).xored(value)

    def anded(self, mask: int) -> "Mark":
        """Zero the bits that are not in ``mask``."""
        return Mark(self.value & mask, self.known | ~mask & BITS)

    def ored(self, mask: int) -> "Mark":
        """Set the bits in ``mask``."""
        return Mark(self.value | mask, self.known | mask)

    def xored(self, value: int) -> Self:
        """Turn the bits in ``value`` over."""
        return self._replace(value=(self.value ^ value) & self.known)


NO_MARK = Mark()
ANY_MARK = Mark(0, 0)
