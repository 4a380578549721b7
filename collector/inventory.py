"""The list of nodes: a TOML file with ``[defaults]`` and one ``[nodes.NAME]`` table a node.

What the file does not say is left to ``~/.ssh/config`` and then to SSH's own defaults: such a
field is None (or "", for the address) in a Node.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from collector.errors import InventoryError

KEYS: Mapping[str, tuple[type | tuple[type, ...], str]] = {
    "address": (str, "a text"),
    "port": (int, "a number from 1 to 65535"),
    "user": (str, "a text"),
    "key": (str, "the path of a private key"),
    "known_hosts": (str, "the path of a file"),
    "jump": (str, "the name of a node, or user@host:port"),
    "sudo": (bool, "true or false"),
    "groups": (list, "a list of texts"),
    "time_limit": ((int, float), "seconds, more than 0"),
}
"""Each key of a node: the type TOML gives, and what it is in words."""

TABLES = ("defaults", "nodes", "tickets")
"""The tables of the file. What stands in ``tickets`` is for ``netsnap attach`` to read."""

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]*")
PORTS = range(1, 65536)
SINGLE = re.compile(
    r"(?:(?P<user>[^@\s]+)@)?(?:\[(?P<six>[0-9A-Fa-f:.%\w]+)\]|(?P<host>[^@\[\]:\s]+))"
    r"(?::(?P<port>\d{1,5}))?"
)
BARE_SIX = re.compile(
    r"(?:(?P<user>[^@\s]+)@)?(?P<six>[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)"
)


@dataclass(frozen=True, slots=True)
class Node:
    """A node as the inventory names it. ``time_limit`` is in seconds.

    ``address`` is what SSH is asked to reach (the node's name where the file gives no address) and
    what ``Host`` in ~/.ssh/config is matched against. ``jump`` is the node on the way to it.
    """

    name: str
    address: str
    port: int | None = None
    user: str | None = None
    key: Path | None = None
    known_hosts: Path | None = None
    jump: "Node | None" = None
    sudo: bool = False
    groups: tuple[str, ...] = ()
    time_limit: float | None = None


@dataclass(frozen=True, slots=True)
class Inventory:
    """All nodes of a file, in its order. ``source`` is the file's name, for messages."""

    source: str
    nodes: tuple[Node, ...]

    def select(self, names: Iterable[str] = (), groups: Iterable[str] = ()) -> tuple[Node, ...]:
        """Return the nodes that are named or in a named group, in order; all if none is named.

        Raises InventoryError for a name or group that the inventory does not have.
        """
        wanted_names, wanted_groups = tuple(names), tuple(groups)
        known = {node.name for node in self.nodes}
        known_groups = {group for node in self.nodes for group in node.groups}
        for name in wanted_names:
            self._require(name, known, "node")
        for group in wanted_groups:
            self._require(group, known_groups, "group")
        if not wanted_names and not wanted_groups:
            return self.nodes
        return tuple(
            node
            for node in self.nodes
            if node.name in wanted_names or set(node.groups) & set(wanted_groups)
        )

    def _require(self, name: str, known: set[str], what: str) -> None:
        if name not in known:
            has = ", ".join(sorted(known)) or "none"
            raise InventoryError(f"no {what} named {name!r} in {self.source} (it has {has})")


def load(path: Path) -> Inventory:
    """Read an inventory. Raises InventoryError with file and key for whatever is wrong with it.

    Relative paths in it count from the file's own folder; ``~`` is the user's home.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise InventoryError(f"cannot read the inventory {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InventoryError(f"{path} is not UTF-8 text (byte {error.start + 1})") from error
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InventoryError(f"{path} is not valid TOML: {error}") from error
    return Inventory(path.name, _Reader(path).nodes(document))


def single(text: str) -> Node:
    """Make a node of ``[user@]host[:port]``, IPv6 addresses with a port in ``[...]``.

    Raises InventoryError for any other text.
    """
    match = BARE_SIX.fullmatch(text) or SINGLE.fullmatch(text)
    if match is None:
        raise InventoryError(f"cannot read {text!r} as a node; write it as user@host:port")
    parts = match.groupdict()
    host = parts.get("six") or parts.get("host") or ""
    port = int(parts["port"]) if parts.get("port") else None
    if host.startswith("-") or (port is not None and port not in PORTS):
        raise InventoryError(f"cannot read {text!r} as a node; write it as user@host:port")
    return Node(name=host, address=host, port=port, user=parts.get("user"))


class _Reader:
    """Turns a TOML document into nodes and complains by file and key."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def nodes(self, document: Mapping[str, Any]) -> tuple[Node, ...]:
        for key in document:
            if key not in TABLES:
                raise self._wrong(f"unknown key {key!r} (known: {', '.join(TABLES)})")
        defaults = self._table(document.get("defaults", {}), "defaults")
        tables = document.get("nodes", {})
        if not isinstance(tables, dict) or not tables:
            raise self._wrong("has no nodes; name each one as [nodes.NAME]")
        if "address" in defaults:
            raise self._wrong("defaults.address: each node has an address of its own")
        nodes = [self._node(name, table, defaults) for name, table in tables.items()]
        jumps = {
            name: {**defaults, **table}["jump"]
            for name, table in tables.items()
            if {**defaults, **table}.get("jump")
        }
        nodes = self._linked(nodes, jumps)
        self._refuse_twins(nodes)
        return tuple(nodes)

    def _wrong(self, what: str) -> InventoryError:
        return InventoryError(f"{self._path.name}: {what}")

    def _table(self, table: object, where: str) -> dict[str, Any]:
        if not isinstance(table, dict):
            raise self._wrong(f"{where} must be a table, [{where}]")
        for key, value in table.items():
            if key not in KEYS:
                known = ", ".join(KEYS)
                raise self._wrong(f"{where}.{key}: unknown key (known: {known})")
            self._check(f"{where}.{key}", key, value)
        return table

    def _check(self, where: str, key: str, value: object) -> None:
        kind, words = KEYS[key]
        fits = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
        if key == "port":
            fits = fits and value in PORTS
        elif key == "time_limit":
            fits = fits and isinstance(value, int | float) and value > 0
        elif key == "groups":
            fits = fits and isinstance(value, list) and all(isinstance(e, str) for e in value)
        elif kind is str:
            fits = fits and bool(value) and isinstance(value, str) and value.isprintable()
        if not fits:
            raise self._wrong(f"{where} must be {words}, not {value!r}")

    def _node(self, name: str, table: object, defaults: Mapping[str, Any]) -> Node:
        if not NAME.fullmatch(name):
            raise self._wrong(f"nodes.{name!r}: a name has letters, digits, dots, - and _ only")
        own = self._table(table, f"nodes.{name}")
        settings = {**defaults, **own}
        groups = dict.fromkeys([*defaults.get("groups", ()), *own.get("groups", ())])
        limit = settings.get("time_limit")
        return Node(
            name=name,
            address=settings.get("address", name),
            port=settings.get("port"),
            user=settings.get("user"),
            key=self._file(settings.get("key")),
            known_hosts=self._file(settings.get("known_hosts")),
            sudo=settings.get("sudo", False),
            groups=tuple(groups),
            time_limit=None if limit is None else float(limit),
        )

    def _file(self, text: str | None) -> Path | None:
        return None if text is None else self._path.parent / Path(text).expanduser()

    def _linked(self, nodes: list[Node], jumps: Mapping[str, str]) -> list[Node]:
        """Give each node the node it is reached through. A jump node does not jump over itself."""
        by_name = {node.name: node for node in nodes}

        def way(name: str, seen: tuple[str, ...]) -> Node:
            node = by_name[name]
            over = jumps.get(name)
            if over is None or over == name:
                return node
            if over in seen:
                raise self._wrong(f"nodes.{name}.jump: {' → '.join((*seen, over))} is a circle")
            if over in by_name:
                return replace(node, jump=way(over, (*seen, over)))
            try:
                return replace(node, jump=single(over))
            except InventoryError as error:
                raise self._wrong(f"nodes.{name}.jump: {error}") from error

        return [way(node.name, (node.name,)) for node in nodes]

    def _refuse_twins(self, nodes: Sequence[Node]) -> None:
        seen: dict[object, str] = {}
        for node in nodes:
            over = node.jump.address if node.jump else None
            place = (node.address, node.port, over)
            if place in seen:
                raise self._wrong(
                    f"nodes.{node.name}.address: {node.address} is the address of "
                    f"{seen[place]} already"
                )
            seen[place] = node.name


TEMPLATE = """\
# The nodes that netsnap asks. What is not said here is taken from ~/.ssh/config.

[defaults]
# user = "root"
# port = 22
# key = "~/.ssh/id_ed25519"            # else the agent's keys and ~/.ssh/id_*
# known_hosts = "~/.ssh/known_hosts"
# jump = "user@bastion.example.com"    # or the name of a node below
# sudo = true                          # log in as a plain user, ask as root (sudo -n)
# time_limit = 60                      # seconds a node may take
"""

EXAMPLE = """
# [nodes.k8s1]
# address = "172.16.0.55"
# groups = ["master"]                  # netsnap collect --group master
"""


def template(hosts: Sequence[str] = ()) -> str:
    """Return the text of a new inventory, with a node for each ``user@host:port``.

    Raises InventoryError for a host that is no such text or comes twice.
    """
    taken: dict[str, str] = {}
    tables = []
    for host in hosts:
        node = single(host)
        if node.name in taken:
            raise InventoryError(f"{host} and {taken[node.name]} are the same node")
        taken[node.name] = host
        name = node.name if re.fullmatch(r"[A-Za-z0-9_-]+", node.name) else f'"{node.name}"'
        lines = [f"\n[nodes.{name}]", f'address = "{node.address}"']
        lines += [f'user = "{node.user}"'] if node.user else []
        lines += [f"port = {node.port}"] if node.port else []
        tables.append("\n".join(lines) + "\n")
    return TEMPLATE + ("".join(tables) or EXAMPLE)
