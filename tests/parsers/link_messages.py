"""Messages of links that this kernel cannot make. Numbers are those of ``linux/if_link.h``."""

import struct
from collections.abc import Iterator
from itertools import count

from tests.parsers.netlink_form import (
    addresses,
    attribute,
    keys,
    mac,
    message,
    nest,
    octets,
    ports,
    shorts,
    words,
)

_NEW_LINK = 16
_ETHER, _LOWER = 1, 1
_UP = 0x1043  # UP, BROADCAST, MULTICAST
_SLAVE = 0x1843


def _link(index: int, name: str, *more: bytes, link_type: int = _ETHER, flags: int = _UP) -> bytes:
    attributes = (
        attribute(3, name),
        *words((4, 1500), (13, 1000), (27, 0), (30, 0), (50, 68), (51, 65535), (61, 0)),
        *octets((16, 6), (17, 0)),
        attribute(6, "noqueue"),
        mac(1, f"02:00:00:00:00:{index:02x}"),
        mac(2, "ff:ff:ff:ff:ff:ff"),
        *more,
    )
    body = struct.pack("BxHiII", 0, link_type, index, flags, 0xFFFFFFFF) + b"".join(attributes)
    return message(_NEW_LINK, body)


def _kind(name: str, *data: bytes) -> bytes:
    return nest(18, attribute(1, name), nest(2, *data))


def _slave(name: str, *data: bytes) -> bytes:
    return nest(18, attribute(4, name), nest(5, *data))


_BELOW = words((5, _LOWER))
_ON_ANOTHER = frozenset({"vlan", "macvlan", "ipvlan"})
_FOUR = ((2, "192.0.2.1"), (3, "192.0.2.9"))
_SIX = ((2, "2001:db8::1"), (3, "2001:db8::9"))

KINDS: dict[str, tuple[bytes, ...]] = {
    "vlan": (
        *shorts((1, 5)),
        attribute(2, struct.pack("II", 1, 0xFFFFFFFF)),
        *ports((5, 0x8100)),
        nest(3, attribute(1, struct.pack("II", 1, 2))),
        nest(4, attribute(1, struct.pack("II", 3, 4))),
    ),
    "bond": (
        *octets((1, 4), (6, 1), (11, 0), (12, 0), (13, 0), (14, 1), (16, 1), (17, 0)),
        *octets((21, 0), (22, 0), (27, 0)),
        *words((3, 100), (4, 0), (5, 0), (7, 0), (9, 0), (10, 0), (15, 1), (18, 0), (19, 1)),
        nest(23, *shorts((1, 1), (2, 2), (3, 9), (4, 9)), mac(5, "02:00:00:00:00:99")),
    ),
    "ipip": (*words((1, _LOWER)), *addresses(*_FOUR), *octets((4, 64), (5, 0), (10, 1), (9, 4))),
    "sit": (*addresses(*_FOUR), *octets((4, 64), (5, 0), (10, 0), (9, 41))),
    "gre": (
        *ports((2, 0x2000), (3, 0x2000)),
        *keys((4, 5), (5, 5)),
        *addresses((6, "192.0.2.1"), (7, "192.0.2.9")),
        *octets((8, 64), (9, 0), (10, 1)),
    ),
    "gretap": (*ports((2, 0), (3, 0)), *addresses((6, "192.0.2.1"), (7, "192.0.2.9"))),
    "ip6tnl": (*addresses(*_SIX), *octets((4, 64), (6, 4), (9, 41)), *keys((7, 0))),
    "ip6gre": (*ports((2, 0), (3, 0)), *addresses((6, "2001:db8::1"), (7, "2001:db8::9"))),
    "vti": (*keys((2, 3), (3, 3)), *addresses((4, "192.0.2.1"), (5, "192.0.2.9"))),
    "vti6": (*keys((2, 3), (3, 3)), *addresses((4, "2001:db8::1"), (5, "2001:db8::9"))),
    "vrf": words((1, 10)),
    "geneve": (*words((1, 7)), *addresses((2, "192.0.2.4")), *ports((5, 6081))),
    "wireguard": (),
    "ipvlan": shorts((1, 1), (2, 0)),
    "macvlan": (*words((1, 8)), *shorts((2, 1))),
    "dummy": (),
    "team": (),
    "nlmon": (),
    "vcan": (),
    "xfrm": words((1, _LOWER), (2, 5)),
    "hsr": (*words((1, _LOWER), (2, _LOWER)), mac(4, "01:15:4e:00:01:00"), *shorts((5, 1))),
    "erspan": (
        *ports((2, 0x1000), (3, 0x1000)),
        *addresses((6, "192.0.2.1"), (7, "192.0.2.3")),
        *words((21, 123)),
        *octets((22, 1)),
    ),
    "vxlan": (
        *words((1, 5), (3, _LOWER), (8, 300), (9, 0)),
        *addresses((2, "239.1.1.1"), (4, "192.0.2.1")),
        *octets((5, 0), (6, 0), (7, 1), (11, 1), (12, 1), (13, 1), (14, 1), (18, 1), (28, 1)),
        *ports((15, 4789)),
        attribute(10, struct.pack("!HH", 1, 2)),
        attribute(23, b""),
    ),
    "tun": (*words((1, 0), (2, 0), (8, 2), (9, 0)), *octets((3, 1), (4, 0), (6, 1), (7, 1))),
    "bridge": (*words((1, 1500), (5, 1)), *shorts((6, 32768)), *octets((7, 1), (22, 1))),
}
"""Kinds of link with what a kernel says of them."""

SLAVES: dict[str, tuple[bytes, ...]] = {
    "bond": (
        *octets((1, 0), (2, 0), (7, 63)),
        *words((3, 4)),
        mac(4, "02:00:00:00:00:55"),
        *shorts((5, 0), (6, 1), (8, 61)),
    ),
    "vrf": words((1, 10)),
    "team": (),
}

_COUNTED = nest(8, *(attribute(number, struct.pack("Q", number * 10)) for number in range(8)))


def _function(number: int) -> bytes:
    own = bytes.fromhex(f"0200000000{0xA0 + number:02x}")
    return nest(
        1,
        attribute(1, struct.pack("I32s", number, own)),
        attribute(2, struct.pack("III", number, 5 * number, 2 * number)),
        attribute(3, struct.pack("II", number, 100 * number)),
        attribute(4, struct.pack("II", number, 1)),
        attribute(5, struct.pack("II", number, number)),
        attribute(6, struct.pack("III", number, 0, 100 * number)),
        attribute(7, struct.pack("II", number, 0)),
        *((_COUNTED,) if number else ()),
        attribute(9, struct.pack("II", number, number)),
    )


def messages() -> Iterator[bytes]:
    """Yield a link of each kind, one of each kind of master, and a card with two functions."""
    index = count(10)
    for kind, data in KINDS.items():
        below = _BELOW if kind in _ON_ANOTHER else ()
        yield _link(next(index), f"{kind}-0", _kind(kind, *data), *below)
    for kind, data in SLAVES.items():
        yield _link(next(index), f"of-{kind}", _slave(kind, *data), flags=_SLAVE)
    yield _link(next(index), "card", *words((21, 2)), nest(22, _function(0), _function(1)))
