"""What BIRD tells of itself."""

from dataclasses import dataclass
from typing import ClassVar

from parsers.roles import Drift, Identity, Record, State


@dataclass(frozen=True, slots=True)
class BirdProtocol(Record):
    """A protocol instance of BIRD (``show protocols all``).

    ``connection`` is BIRD's BGP state (Established, Active, Connect, OpenSent, Passive, Idle …);
    ``session`` folds the states a session that is down rotates through: "established" or "down";
    "" for a protocol that is not BGP.
    """

    kind: ClassVar[str] = "bird-protocol"
    name: Identity[str]
    protocol: State[str]  # BGP, Kernel, Device, Static, Direct, Pipe …
    table: State[str] = ""
    state: State[str] = ""  # up, start, down
    session: State[str] = ""
    neighbour: State[str] = ""  # address
    neighbour_as: State[int | None] = None
    local_as: State[int | None] = None
    source: State[str] = ""  # our address of the session
    import_filter: State[str] = ""
    export_filter: State[str] = ""
    import_limit: State[str] = ""
    preference: State[int | None] = None
    connection: Drift[str] = ""
    last_error: Drift[str] = ""
    since: Drift[str] = ""
    info: Drift[str] = ""
    routes_imported: Drift[int | None] = None
    routes_exported: Drift[int | None] = None
    routes_filtered: Drift[int | None] = None
    details: Drift[tuple[str, ...]] = ()  # every other line of the block, as printed
