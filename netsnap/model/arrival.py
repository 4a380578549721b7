"""What comes of leaving a namespace by one next hop."""

from dataclasses import dataclass

from netsnap.model.disposition import Hop, Path
from netsnap.model.space import Port


@dataclass(frozen=True, slots=True)
class Crossing:
    """The interface that a packet arrives at, or how it ends before.

    ``notes`` are remarks on the way there: a cache that decided, what carried a tunnel's packet.
    """

    port: Port | None = None
    end: Path | None = None
    notes: tuple[Hop, ...] = ()
