"""Messages of links that this kernel cannot make, in the kernel's own form (rtnetlink(7)).

``ip monitor file`` prints them as it prints a live kernel's, so that the text is the program's.
Numbers are those of ``linux/if_link.h``.
"""

import socket
import struct
from collections.abc import Iterator
from itertools import count

_ETHER, _LOWER = 1, 1
_UP = 0x1043  # UP, BROADCAST, MULTICAST
_SLAVE = 0x1843


def _attribute(number: int, payload: bytes | str) -> bytes:
    data = f"{payload}\0".encode() if isinstance(payload, str) else payload
    padding = b"\0" * (-len(data) % 4)
    return struct.pack("HH", 4 + len(data), number) + data + padding


def _nest(number: int, *inner: bytes) -> bytes:
    return _attribute(number, b"".join(inner))


def _numbers(form: str, *values: tuple[int, int]) -> tuple[bytes, ...]:
    return tuple(_attribute(number, struct.pack(form, value)) for number, value in values)


def _bytes(*values: tuple[int, int]) -> tuple[bytes, ...]:
    return _numbers("B", *values)


def _shorts(*values: tuple[int, int]) -> tuple[bytes, ...]:
    return _numbers("H", *values)


def _words(*values: tuple[int, int]) -> tuple[bytes, ...]:
    return _numbers("I", *values)


def _ports(*values: tuple[int, int]) -> tuple[bytes, ...]:
    return _numbers("!H", *values)


def _keys(*values: tuple[int, int]) -> tuple[bytes, ...]:
    return _numbers("!I", *values)


def _addresses(*values: tuple[int, str]) -> tuple[bytes, ...]:
    families = (socket.AF_INET6 if ":" in text else socket.AF_INET for _, text in values)
    return tuple(
        _attribute(number, socket.inet_pton(family, text))
        for family, (number, text) in zip(families, values, strict=True)
    )


def _mac(number: int, text: str) -> bytes:
    return _attribute(number, bytes.fromhex(text.replace(":", "")))


def _link(index: int, name: str, *more: bytes, link_type: int = _ETHER, flags: int = _UP) -> bytes:
    attributes = (
        _attribute(3, name),
        *_words((4, 1500), (13, 1000), (27, 0), (30, 0), (50, 68), (51, 65535), (61, 0)),
        *_bytes((16, 6), (17, 0)),
        _attribute(6, "noqueue"),
        _mac(1, f"02:00:00:00:00:{index:02x}"),
        _mac(2, "ff:ff:ff:ff:ff:ff"),
        *more,
    )
    body = struct.pack("BxHiII", 0, link_type, index, flags, 0xFFFFFFFF) + b"".join(attributes)
    return struct.pack("IHHII", 16 + len(body), 16, 0, 0, 0) + body


def _kind(name: str, *data: bytes) -> bytes:
    return _nest(18, _attribute(1, name), _nest(2, *data))


def _slave(name: str, *data: bytes) -> bytes:
    return _nest(18, _attribute(4, name), _nest(5, *data))


_BELOW = _words((5, _LOWER))
_ON_ANOTHER = frozenset({"vlan", "macvlan", "ipvlan"})
_FOUR = ((2, "192.0.2.1"), (3, "192.0.2.9"))
_SIX = ((2, "2001:db8::1"), (3, "2001:db8::9"))

KINDS: dict[str, tuple[bytes, ...]] = {
    "vlan": (
        *_shorts((1, 5)),
        _attribute(2, struct.pack("II", 1, 0xFFFFFFFF)),
        *_ports((5, 0x8100)),
        _nest(3, _attribute(1, struct.pack("II", 1, 2))),
        _nest(4, _attribute(1, struct.pack("II", 3, 4))),
    ),
    "bond": (
        *_bytes((1, 4), (6, 1), (11, 0), (12, 0), (13, 0), (14, 1), (16, 1), (17, 0)),
        *_bytes((21, 0), (22, 0), (27, 0)),
        *_words((3, 100), (4, 0), (5, 0), (7, 0), (9, 0), (10, 0), (15, 1), (18, 0), (19, 1)),
        _nest(23, *_shorts((1, 1), (2, 2), (3, 9), (4, 9)), _mac(5, "02:00:00:00:00:99")),
    ),
    "ipip": (*_words((1, _LOWER)), *_addresses(*_FOUR), *_bytes((4, 64), (5, 0), (10, 1), (9, 4))),
    "sit": (*_addresses(*_FOUR), *_bytes((4, 64), (5, 0), (10, 0), (9, 41))),
    "gre": (
        *_ports((2, 0x2000), (3, 0x2000)),
        *_keys((4, 5), (5, 5)),
        *_addresses((6, "192.0.2.1"), (7, "192.0.2.9")),
        *_bytes((8, 64), (9, 0), (10, 1)),
    ),
    "gretap": (*_ports((2, 0), (3, 0)), *_addresses((6, "192.0.2.1"), (7, "192.0.2.9"))),
    "ip6tnl": (*_addresses(*_SIX), *_bytes((4, 64), (6, 4), (9, 41)), *_keys((7, 0))),
    "ip6gre": (*_ports((2, 0), (3, 0)), *_addresses((6, "2001:db8::1"), (7, "2001:db8::9"))),
    "vti": (*_keys((2, 3), (3, 3)), *_addresses((4, "192.0.2.1"), (5, "192.0.2.9"))),
    "vti6": (*_keys((2, 3), (3, 3)), *_addresses((4, "2001:db8::1"), (5, "2001:db8::9"))),
    "vrf": _words((1, 10)),
    "geneve": (*_words((1, 7)), *_addresses((2, "192.0.2.4")), *_ports((5, 6081))),
    "wireguard": (),
    "ipvlan": _shorts((1, 1), (2, 0)),
    "macvlan": (*_words((1, 8)), *_shorts((2, 1))),
    "dummy": (),
    "team": (),
    "nlmon": (),
    "vcan": (),
    "xfrm": _words((1, _LOWER), (2, 5)),
    "hsr": (*_words((1, _LOWER), (2, _LOWER)), _mac(4, "01:15:4e:00:01:00"), *_shorts((5, 1))),
    "erspan": (
        *_ports((2, 0x1000), (3, 0x1000)),
        *_addresses((6, "192.0.2.1"), (7, "192.0.2.3")),
        *_words((21, 123)),
        *_bytes((22, 1)),
    ),
    "vxlan": (
        *_words((1, 5), (3, _LOWER), (8, 300), (9, 0)),
        *_addresses((2, "239.1.1.1"), (4, "192.0.2.1")),
        *_bytes((5, 0), (6, 0), (7, 1), (11, 1), (12, 1), (13, 1), (14, 1), (18, 1), (28, 1)),
        *_ports((15, 4789)),
        _attribute(10, struct.pack("!HH", 1, 2)),
        _attribute(23, b""),
    ),
    "tun": (*_words((1, 0), (2, 0), (8, 2), (9, 0)), *_bytes((3, 1), (4, 0), (6, 1), (7, 1))),
    "bridge": (*_words((1, 1500), (5, 1)), *_shorts((6, 32768)), *_bytes((7, 1), (22, 1))),
}
"""Kinds of link with what a kernel says of them."""

SLAVES: dict[str, tuple[bytes, ...]] = {
    "bond": (
        *_bytes((1, 0), (2, 0), (7, 63)),
        *_words((3, 4)),
        _mac(4, "02:00:00:00:00:55"),
        *_shorts((5, 0), (6, 1), (8, 61)),
    ),
    "vrf": _words((1, 10)),
    "team": (),
}

_COUNTED = _nest(8, *(_attribute(number, struct.pack("Q", number * 10)) for number in range(8)))


def _function(number: int) -> bytes:
    own = bytes.fromhex(f"0200000000{0xA0 + number:02x}")
    return _nest(
        1,
        _attribute(1, struct.pack("I32s", number, own)),
        _attribute(2, struct.pack("III", number, 5 * number, 2 * number)),
        _attribute(3, struct.pack("II", number, 100 * number)),
        _attribute(4, struct.pack("II", number, 1)),
        _attribute(5, struct.pack("II", number, number)),
        _attribute(6, struct.pack("III", number, 0, 100 * number)),
        _attribute(7, struct.pack("II", number, 0)),
        *((_COUNTED,) if number else ()),
        _attribute(9, struct.pack("II", number, number)),
    )


def messages() -> Iterator[bytes]:
    """Yield a link of each kind, one of each kind of master, and a card with two functions."""
    index = count(10)
    for kind, data in KINDS.items():
        below = _BELOW if kind in _ON_ANOTHER else ()
        yield _link(next(index), f"{kind}-0", _kind(kind, *data), *below)
    for kind, data in SLAVES.items():
        yield _link(next(index), f"of-{kind}", _slave(kind, *data), flags=_SLAVE)
    yield _link(next(index), "card", *_words((21, 2)), _nest(22, _function(0), _function(1)))
