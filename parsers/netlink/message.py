"""One netlink message, and the names of the interfaces that messages number."""

import sys
from dataclasses import dataclass, field
from typing import Any

from parsers import kernel
from parsers.text import visible


class Message:
    """One netlink message: its header's fields, and the last attribute of each name."""

    def __init__(self, plain: dict[str, Any]) -> None:
        self.fields = plain
        self.attributes: dict[str, Any] = {
            name: value for name, value in plain.get("attrs", ()) if value is not None
        }

    def __getitem__(self, name: str) -> Any:
        return self.fields[name]

    def get(self, name: str, default: Any = None) -> Any:
        return self.attributes.get(name, default)

    def number(self, kind: int) -> int | None:
        """Return the number in an attribute that pyroute2 has no name for, None if it is not there.

        Raises ValueError if it holds no number.
        """
        for name, value in self.fields.get("attrs", ()):
            if name == "UNKNOWN" and isinstance(value, dict) and value.get("type") == kind:
                return int.from_bytes(bytes.fromhex(value["data"]), sys.byteorder)
        return None

    def inner(self, name: str) -> "Message":
        """Return a nested attribute; one without attributes if it is not there."""
        found = self.attributes.get(name, {})
        return Message(found if isinstance(found, dict) else {})


@dataclass(slots=True)
class Names:
    """The names of the interfaces that an answer tells of, by index."""

    by_index: dict[int, str] = field(default_factory=dict)
    down: set[int] = field(default_factory=set)
    missing: set[int] = field(default_factory=set)

    def learn(self, link: Message) -> None:
        """Take the name from an RTM_NEWLINK message."""
        index, name = link.fields.get("index"), link.get("IFLA_IFNAME")
        if isinstance(index, int) and isinstance(name, str):
            self.by_index[index] = visible(name)
            bits = link.fields.get("flags")
            if isinstance(bits, int) and not bits & kernel.UP:
                self.down.add(index)

    def __getitem__(self, index: int | None) -> str:
        if not index:
            return ""
        if index not in self.by_index:
            self.missing.add(index)
        return self.by_index.get(index, f"if{index}")
