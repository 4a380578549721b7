"""What ``--local`` asks the kernel itself in place of ``ip``: there is no command."""

import re

from collector.probe import Probe, Where
from parsers.entry import Entry, Profile
from parsers.netlink import read as netlink
from parsers.records import Address, Interface, Neighbour, Route, Rule

ENTRIES: tuple[Entry, ...] = tuple(
    Entry(
        Probe(f"netlink-{what}", "", Where.NETNS, shown=f"netlink {what}"),
        reader,
        kinds,
        re.compile(f"netlink {what}"),
        Profile.QUICK,
        quiet=True,
        never_empty=what == "addr",
    )
    for what, reader, kinds in (
        ("addr", netlink.read_links, (Interface, Address)),
        ("route", netlink.read_routes, (Route,)),
        ("rule", netlink.read_rules, (Rule,)),
        ("neigh", netlink.read_neighbours, (Neighbour,)),
    )
)
