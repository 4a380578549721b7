"""All that netsnap asks of a node, in the order in which it is asked, and who reads the answer."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from collector.probe import Probe, Where
from parsers import commands
from parsers.bird import read_protocols
from parsers.calico import NO_SUCH_COMMAND, read_node_status, read_setting
from parsers.docker import read_inspect, read_ps
from parsers.drivers import read_driver_statistics
from parsers.errors import ParseError
from parsers.filters import read_ruleset
from parsers.interfaces import read_interfaces
from parsers.neighbours import read_neighbours
from parsers.netlink import read as netlink
from parsers.node import read_netns, read_node, read_sysctl
from parsers.reading import Reading
from parsers.records import (
    Address,
    BirdProtocol,
    CalicoPeer,
    CalicoProcess,
    CalicoSetting,
    Container,
    ContainerSummary,
    DriverStatistics,
    FilterRule,
    Interface,
    Neighbour,
    NetworkNamespace,
    NodeIdentity,
    Route,
    Rule,
    Sysctl,
)
from parsers.roles import Record
from parsers.routes import read_routes
from parsers.rules import read_rules
from parsers.text import Text


@dataclass(frozen=True, slots=True)
class Entry:
    """One question, its reader, and the kinds of record that the answer holds.

    ``typed`` matches the command as people type it, for ``netsnap parse``. ``harmless`` matches
    whole lines of stderr that leave the answer complete: with nothing else on stderr, an exit
    status other than 0 is no failure. ``quiet`` says that the program is silent on stderr when
    all is well, so that a line there that is not harmless casts doubt even on exit status 0.
    ``lacking`` matches a whole line, of stdout or stderr, by which a question that failed says that
    the program knows no such question, or that nothing is there to be asked. ``always`` says that
    a node has such facts whether or not it has the program to tell them. ``family`` is 4 or 6 where
    the answer is about that one alone, else 0.
    """

    probe: Probe
    reader: Callable[[Text], Reading]
    kinds: tuple[type[Record], ...]
    typed: re.Pattern[str]
    harmless: re.Pattern[str] | None = None
    quiet: bool = False
    lacking: re.Pattern[str] | None = None
    always: bool = False
    family: int = 0


def _lines(pattern: str) -> re.Pattern[str]:
    """Match whole lines, with their ends."""
    return re.compile(rf"^(?:{pattern})$\n?", re.MULTILINE)


_VANISHED = _lines(r"ls: .*: (?:No such file or directory|No such process)")
"""What ``ls`` says of a process that ended, or a mount that went, while it looked."""

_NO_SUCH_FAMILY = _lines(
    r"RTNETLINK answers: Address family not supported by protocol\nDump terminated"
)
"""A kernel without IPv6, or without IPv6 rules: there are none, and that is an answer."""

_NO_COUNTERS = _lines(
    r"no stats available|Cannot get (?:driver information|stats strings information|stats):"
    r" Operation not supported"
)

_NETNS_EXEC = r"(?:ip netns exec \S+ |nsenter .*?)?"
_SHOW = r"(?: (?:show|list|ls|sh|s|l)\b.*)?"


def _ip(words: str, *, family: str = r"(?: -4| -f inet)?") -> re.Pattern[str]:
    """Match an ``ip`` command as typed, with any options beside those for a family and JSON."""
    options = r"(?: -(?!4\b|6\b|f\b|j\b)\w+)*"
    return re.compile(f"{_NETNS_EXEC}ip{options}{family}{options} {words}{_SHOW}")


_SIX = r"(?: -6| -f inet6)"
_ANY = r"(?: -[46]| -f inet6?)?"

_VANISHED_CONTAINER = _lines(r"Error(?: response from daemon)?: No such (?:container|object): \w+")

_NO_BIRD = re.compile(
    r"no birdcl or birdc on the node to ask \S+|no control socket of BIRD on the node"
)

_RUNTIME = r"(?:sudo )?(?:docker|podman|nerdctl)(?: -\S+)*"
_SUDO = r"(?:sudo )?"


def _setting(name: str) -> Entry:
    """Ask for one setting of Calico v1 and v2."""
    command = f"calicoctl config get {name}"
    return Entry(
        Probe(f"calicoctl-config-{name}", command, Where.NODE, needs="calicoctl"),
        read_setting,
        (CalicoSetting,),
        re.compile(_SUDO + command, re.IGNORECASE),
        lacking=NO_SUCH_COMMAND,
    )


ENTRIES: tuple[Entry, ...] = (
    Entry(
        Probe("node", commands.NODE, Where.NODE, shown="uname -n; uname -r; boot_id"),
        read_node,
        (NodeIdentity,),
        re.compile(r"uname -n; uname -r; boot_id"),
        quiet=True,
    ),
    Entry(
        Probe(
            "netns",
            commands.NETNS,
            Where.NODE,
            needs="ls",
            shown="ls -1iL /proc/[0-9]*/ns/net; findmnt -t nsfs",
        ),
        read_netns,
        (NetworkNamespace,),
        re.compile(r"ls -1iL .*"),
        harmless=_VANISHED,
        quiet=True,
        always=True,
    ),
    Entry(
        Probe("ip-addr", "ip -d addr show", Where.NETNS, needs="ip"),
        read_interfaces,
        (Interface, Address),
        _ip(r"(?:a|ad|addr|addre|addres|address|l|li|lin|link)", family=_ANY),
        quiet=True,
        always=True,
    ),
    Entry(
        Probe("ip-route", "ip -4 route show table all", Where.NETNS, needs="ip"),
        read_routes,
        (Route,),
        _ip(r"r(?:o(?:ute?)?)?"),
        quiet=True,
        always=True,
        family=4,
    ),
    Entry(
        Probe("ip6-route", "ip -6 route show table all", Where.NETNS, needs="ip"),
        read_routes,
        (Route,),
        _ip(r"r(?:o(?:ute?)?)?", family=_SIX),
        harmless=_NO_SUCH_FAMILY,
        quiet=True,
        always=True,
        family=6,
    ),
    Entry(
        Probe("ip-rule", "ip -4 rule show", Where.NETNS, needs="ip"),
        read_rules,
        (Rule,),
        _ip(r"rule?"),
        quiet=True,
        always=True,
        family=4,
    ),
    Entry(
        Probe("ip6-rule", "ip -6 rule show", Where.NETNS, needs="ip"),
        read_rules,
        (Rule,),
        _ip(r"rule?", family=_SIX),
        harmless=_NO_SUCH_FAMILY,
        quiet=True,
        always=True,
        family=6,
    ),
    Entry(
        Probe("ip-neigh", "ip neigh show", Where.NETNS, needs="ip"),
        read_neighbours,
        (Neighbour,),
        _ip(r"n(?:e(?:i(?:g(?:h(?:bou?r)?)?)?)?)?", family=_ANY),
        quiet=True,
        always=True,
    ),
    Entry(
        Probe(
            "ethtool-S",
            'ethtool -S "$1"',
            Where.INTERFACE,
            needs="ethtool",
            shown="ethtool -S {interface}",
        ),
        read_driver_statistics,
        (DriverStatistics,),
        re.compile(_NETNS_EXEC + r"ethtool (?:-S|--statistics)(?: \S+)?"),
        harmless=_NO_COUNTERS,
    ),
    Entry(
        Probe("sysctl", commands.SYSCTL, Where.NETNS, shown="sysctl net.ipv4 net.ipv6"),
        read_sysctl,
        (Sysctl,),
        re.compile(_NETNS_EXEC + r"sysctl(?: .*)?"),
        quiet=True,
    ),
    Entry(
        Probe("nft-ruleset", "nft -a list ruleset", Where.NETNS, needs="nft"),
        read_ruleset,
        (FilterRule,),
        re.compile(_NETNS_EXEC + r"nft(?: -\w+)* list ruleset(?: \w+)?"),
        harmless=_lines(r"# Warning: table .* is managed by \S+, do not touch!"),
    ),
    Entry(
        Probe("docker-ps", "docker ps -a --no-trunc", Where.NODE, needs="docker", limit=20),
        read_ps,
        (ContainerSummary,),
        re.compile(_RUNTIME + r" (?:ps|container (?:ls|list))(?: .*)?"),
    ),
    Entry(
        Probe(
            "docker-inspect",
            commands.INSPECT_ALL,
            Where.NODE,
            needs="docker",
            limit=30,
            shown="docker inspect --type container $(docker ps -aq --no-trunc)",
        ),
        read_inspect,
        (Container,),
        re.compile(_RUNTIME + r"(?: container)? inspect(?: .*)?"),
        harmless=_VANISHED_CONTAINER,
    ),
    Entry(
        # Where Calico does not run, calicoctl says so on stderr; that sentence is an answer.
        Probe(
            "calicoctl-node-status",
            "calicoctl node status 2>&1",
            Where.NODE,
            needs="calicoctl",
            shown="calicoctl node status",
        ),
        read_node_status,
        (CalicoProcess, CalicoPeer),
        re.compile(_SUDO + r"calicoctl node status"),
        lacking=NO_SUCH_COMMAND,
    ),
    _setting("asNumber"),
    _setting("nodeToNodeMesh"),
    _setting("logLevel"),
    _setting("ipip"),
    Entry(
        Probe(
            "birdcl-protocols", commands.ASK_BIRD, Where.NODE, shown="birdcl -r show protocols all"
        ),
        read_protocols,
        (BirdProtocol,),
        re.compile(_SUDO + r"bird(?:cl?|cl?6)(?: -r| -s \S+)* show protocols(?: all)?"),
        lacking=_NO_BIRD,
    ),
    *(
        Entry(
            Probe(f"netlink-{what}", "", Where.NETNS, shown=f"netlink {what}"),
            reader,
            kinds,
            re.compile(f"netlink {what}"),
            quiet=True,
        )
        for what, reader, kinds in (
            ("addr", netlink.read_links, (Interface, Address)),
            ("route", netlink.read_routes, (Route,)),
            ("rule", netlink.read_rules, (Rule,)),
            ("neigh", netlink.read_neighbours, (Neighbour,)),
        )
    ),
)
"""The last four have no command: ``--local`` asks the kernel itself in place of ``ip``."""

PROBES: tuple[Probe, ...] = tuple(each.probe for each in ENTRIES if each.probe.command)
"""What a node is asked, in order."""

_BY_NAME = {each.probe.name: each for each in ENTRIES}


def entry(name: str) -> Entry:
    """Return the entry of a probe. Raises ParseError if no probe has this name."""
    try:
        return _BY_NAME[name]
    except KeyError:
        raise ParseError(_unknown(name)) from None


def find(command: str) -> Entry:
    """Return the entry that reads a command: a probe's name, or the command as typed.

    Raises ParseError, which lists what can be read, if there is none.
    """
    words = " ".join(command.split())
    if words in _BY_NAME:
        return _BY_NAME[words]
    for each in ENTRIES:
        if each.typed.fullmatch(words) or words == " ".join(each.probe.text().split()):
            return each
    raise ParseError(_unknown(command))


def _unknown(command: str) -> str:
    known = ", ".join(_BY_NAME)
    return f"nothing here reads {command!r}; what can be read: {known}"
