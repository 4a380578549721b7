"""How containers get their interfaces."""

from dataclasses import dataclass
from typing import ClassVar

from parsers.roles import Identity, Record, State


@dataclass(frozen=True, slots=True)
class CniConfiguration(Record):
    """A file of /etc/cni/net.d. Runtimes take the first by name."""

    kind: ClassVar[str] = "cni-configuration"
    file: Identity[str]
    name: State[str] = ""
    version: State[str] = ""
    plugins: State[tuple[str, ...]] = ()  # types, in their order
    settings: State[tuple[tuple[str, str], ...]] = ()  # ("plugins.0.mtu", "1440") … all of it
