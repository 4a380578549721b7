"""Where an interface's name ends in ``NAME@LOWER``: a name may itself hold an ``@``.

The kernel allows every byte in a name but blanks, slashes and colons; a name has 15 bytes at most,
or four times as many characters where they are escaped.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

LINKLESS = frozenset(
    {
        *("bridge", "dummy", "ifb", "tun", "bond", "team", "vrf", "vxlan", "geneve", "wireguard"),
        *("nlmon", "vcan", "bareudp", "openvswitch"),
    }
)
"""Kinds of interface that are above no other, so that ``ip`` prints no ``@`` after their names."""

_ELSEWHERE = re.compile(r"if\d{1,10}")


class Head(NamedTuple):
    """What ``ip`` printed for a name, and what else tells where it ends.

    ``label`` is that of an address, which begins with the interface's name; ``is_elsewhere`` says
    that LOWER is an index in another namespace.
    """

    text: str
    kind: str = ""
    label: str = ""
    is_elsewhere: bool = False


class Named(NamedTuple):
    """An interface's name, and what stood after the ``@``: a name or an index."""

    name: str
    lower: str = ""
    peer_index: int | None = None


def part(heads: Sequence[Head]) -> list[Named]:
    """Part the heads of all interfaces of one answer."""
    texts = {head.text for head in heads}
    certain = [_certain(head, texts) for head in heads]
    known = {named.name for named in certain if named}
    return [named or _likely(head, known) for head, named in zip(heads, certain, strict=True)]


def _cuts(text: str) -> Iterator[tuple[str, str]]:
    """Yield each way to part a text at an ``@``, the last one first."""
    at = text.rfind("@")
    while at > 0:
        if at + 1 < len(text):
            yield text[:at], text[at + 1 :]
        at = text.rfind("@", 0, at)


def _certain(head: Head, texts: Collection[str]) -> Named | None:
    """Part a head that something else bears witness to; None if nothing does."""
    cuts = list(_cuts(head.text))
    if not cuts or head.kind in LINKLESS or head.label == head.text:
        return Named(head.text)
    if head.is_elsewhere:
        return _numbered(*cuts[0])
    for name, lower in cuts:
        if f"{lower}@{name}" in texts:  # a pair, each of which names the other
            return Named(name, lower)
    return None


def _likely(head: Head, known: Collection[str]) -> Named:
    """Part a head where a label or an interface's name stands, else at the last ``@``."""
    cuts = list(_cuts(head.text))
    told = [cut for cut in cuts if cut[0] == head.label] or [c for c in cuts if c[1] in known]
    name, lower = (told or cuts)[0]
    return Named(name, lower) if lower in known else _numbered(name, lower)


def _numbered(name: str, lower: str) -> Named:
    if _ELSEWHERE.fullmatch(lower):
        return Named(name, peer_index=int(lower.removeprefix("if")))
    return Named(name, "" if lower == "NONE" else lower)
