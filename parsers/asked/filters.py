"""Packet filters."""

import re

from collector.probe import Probe, Where
from parsers.entry import NETNS_EXEC, Entry, Profile, whole_lines
from parsers.filters import read_ruleset
from parsers.records import FilterRule

ENTRIES: tuple[Entry, ...] = (
    Entry(
        Probe("nft-ruleset", "nft -a list ruleset", Where.NETNS, needs="nft"),
        read_ruleset,
        (FilterRule,),
        re.compile(NETNS_EXEC + r"nft(?: -\w+)* list ruleset(?: \w+)?"),
        Profile.QUICK,
        harmless=whole_lines(r"# Warning: table .* is managed by \S+, do not touch!"),
    ),
)
