"""All that netsnap asks of a node, in the order in which it is asked, and who reads the answer."""

from collector.probe import Probe
from parsers.asked import (
    bird,
    calico,
    clocks,
    cni,
    counters,
    daemons,
    devices,
    filters,
    forwarding,
    iproute,
    kernel,
    kernellog,
    netlink,
    node,
    ping,
    runtimes,
    sockets,
    vpn,
)
from parsers.entry import Entry, Profile
from parsers.errors import ParseError

ENTRIES: tuple[Entry, ...] = (
    *node.ENTRIES,
    *iproute.ENTRIES,
    *devices.ENTRIES,
    *forwarding.ENTRIES,
    *kernel.ENTRIES,
    *counters.ENTRIES,
    *filters.ENTRIES,
    *vpn.ENTRIES,
    *daemons.ENTRIES,
    *sockets.ENTRIES,
    *cni.ENTRIES,
    *runtimes.ENTRIES,
    *calico.ENTRIES,
    *bird.ENTRIES,
    *kernellog.ENTRIES,
    *clocks.ENTRIES,
    *netlink.ENTRIES,
    *ping.ENTRIES,
)

PROBES: tuple[Probe, ...] = tuple(each.probe for each in ENTRIES if each.probe.command)
"""What a node can be asked, in order; the last entries have no command (see ``asked.netlink``)."""


def probes(profile: Profile) -> tuple[Probe, ...]:
    """Return what a node is asked in this profile, in order."""
    chosen = (each for each in ENTRIES if profile.asks(each.profile))
    return tuple(each.probe for each in chosen if each.probe.command)


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
