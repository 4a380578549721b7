"""Readers of what the kernel says itself: ``--local`` asks it through netlink, without ``ip``.

The texts are those of ``collector.local``: one message a line, as JSON. The records are those
that the readers of iproute2's text give for the same namespace, except that a kind's detail is
told in the kernel's words. Messages name interfaces by number: RTM_NEWLINK messages of the same
answer say their names, and an answer without them is blind.
"""

import json
from collections.abc import Callable

from parsers.gather import Gathering
from parsers.netlink.links import interface, interface_address, neighbour
from parsers.netlink.message import Message, Names
from parsers.netlink.routes import route
from parsers.netlink.rules import rule
from parsers.reading import Ledger, Reading
from parsers.roles import Record
from parsers.text import Text

_LINK = "RTM_NEWLINK"

_Make = Callable[[Message, Names], Record | None]


def read_links(text: Text) -> Reading:
    """Read RTM_NEWLINK and RTM_NEWADDR messages: interfaces and their addresses."""
    return _read(text, {_LINK: interface, "RTM_NEWADDR": interface_address})


def read_routes(text: Text) -> Reading:
    """Read RTM_NEWROUTE messages; entries of the route cache are noise."""
    return _read(text, {"RTM_NEWROUTE": route})


def read_rules(text: Text) -> Reading:
    """Read RTM_NEWRULE messages."""
    return _read(text, {"RTM_NEWRULE": rule})


def read_neighbours(text: Text) -> Reading:
    """Read RTM_NEWNEIGH messages; what ``ip neigh`` does not show is noise."""
    return _read(text, {"RTM_NEWNEIGH": neighbour})


def _read(text: Text, makers: dict[str, _Make]) -> Reading:
    messages = [_message(line) for line in text.lines]
    names = Names()
    for message in messages:
        if message is not None and message["event"] == _LINK:
            names.learn(message)
    gathered = Gathering(text.lines, Ledger(len(text.lines), parsed=len(text.lines)))
    noise = 0
    for number, message in enumerate(messages, 1):
        try:
            record = _record(message, makers, names)
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
            gathered.refuse(number)  # not a message as the kernel makes them
            continue
        if record is None:
            noise += 1
        else:
            gathered.add(number, record)
    gathered.ledger = Ledger(len(text.lines), len(text.lines) - noise, noise)
    unnamed = ", ".join(map(str, sorted(names.missing)))
    return gathered.reading(f"the answer does not name interface {unnamed}" if unnamed else "")


def _message(line: str) -> Message | None:
    try:
        message = Message(json.loads(line))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    return message if isinstance(message.fields.get("event"), str) else None


def _record(message: Message | None, makers: dict[str, _Make], names: Names) -> Record | None:
    if message is None:
        raise ValueError("not a netlink message")
    if message["event"] == _LINK and _LINK not in makers:
        return None  # only there to name the interfaces
    record = makers[message["event"]](message, names)
    hash(record)  # a list where the kernel has a number: TypeError
    return record
