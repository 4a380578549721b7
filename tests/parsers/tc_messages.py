"""Messages of queues and filters that this kernel cannot make.

Numbers and forms are those of ``linux/pkt_sched.h`` and ``linux/pkt_cls.h``.
"""

import struct

from tests.parsers.netlink_form import attribute, message, nest, numbers, octets, words

_NEW_QDISC, _NEW_FILTER = 36, 44
_ROOT, _INGRESS, _EGRESS = 0xFFFFFFFF, 0xFFFFFFF2, 0xFFFFFFF3
_BANDS = (1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1)
_RED = attribute(1, struct.pack("IIIBBBB", 60000, 5000, 20000, 3, 8, 10, 1))

QDISCS: dict[str, tuple[bytes, bytes]] = {
    "fq_codel": (
        b"".join(words((1, 4999), (2, 10240), (3, 99999), (4, 1), (5, 1024), (6, 1514))),
        struct.pack("10I", 0, 66, 0, 1, 2, 1, 1, 3, 4, 5),
    ),
    "fq": (
        b"".join(words((1, 10000), (2, 100), (3, 3028), (4, 15140), (5, 1), (7, 0xFFFFFFFF))),
        struct.pack("7Qq4I3QQ3Q3I4x", *range(1, 23)),
    ),
    "codel": (
        b"".join(words((1, 4999), (2, 1000), (3, 99999), (4, 1))),
        struct.pack("IIIIiIIIII", *range(1, 11)),
    ),
    "red": (_RED + b"".join(words((3, 100000))), struct.pack("4I", 1, 2, 3, 4)),
    "choke": (_RED + b"".join(words((3, 100000))), struct.pack("5I", 1, 2, 3, 4, 5)),
    "pie": (
        b"".join(words((1, 15000), (2, 1000), (3, 15000), (4, 2), (5, 20), (6, 1), (7, 1))),
        struct.pack("QIIIIIII", 5, 2, 1, 1, 2, 3, 4, 5),
    ),
    "sfb": (
        attribute(1, struct.pack("8I", 600000, 60000, 1000, 25, 20, 2, 10, 20)),
        struct.pack("12I", *range(12)),
    ),
    "hhf": (b"".join(words((1, 1000), (2, 1514), (3, 2048))), struct.pack("4I", 1, 2, 3, 4)),
    "cake": (
        b"".join((*numbers("Q", (2, 125000000)), *words((3, 3), (4, 0), (6, 100000)))),
        b"".join(
            (
                *numbers("Q", (2, 125000000)),
                *words((3, 4194304), (4, 1024), (5, 1500), (6, 64), (7, 1500), (8, 64), (9, 14)),
                nest(
                    10,
                    *(
                        nest(tin, *numbers("Q", (7, 1000)), *words((5, 100), (24, 1514)))
                        for tin in (1, 2, 3)
                    ),
                ),
            )
        ),
    ),
    "sfq": (struct.pack("IiIII", 1514, 10, 127, 1024, 128), b""),
    "netem": (struct.pack("6I", 100000, 1000, 42949672, 0, 0, 0), b""),
    "prio": (struct.pack("i16B", 3, *_BANDS), b""),
    "mqprio": (
        struct.pack("B16BB16H16H2x", 4, *[0, 1, 2, 3] * 4, 1, *[1] * 16, *range(16)),
        b"",
    ),
    "mq": (b"", b""),
    "pfifo": (struct.pack("I", 1000), b""),
}
"""Queueing disciplines with their options, and with what they count."""


def qdisc(kind: str) -> bytes:
    """Return the message of a queueing discipline at the root of ``lo``."""
    options, counted = QDISCS[kind]
    statistics = nest(
        7,
        attribute(1, struct.pack("QI4x", 1000, 10)),
        attribute(3, struct.pack("IIIII", 3, 4500, 2, 1, 5)),
        *((attribute(4, counted),) if counted else ()),
    )
    body = struct.pack("BxxxiIII", 0, 1, 0x80010000, _ROOT, 2)
    return message(_NEW_QDISC, body + attribute(1, kind) + attribute(2, options) + statistics)


_DROP = nest(
    1,
    attribute(1, "gact"),
    nest(
        2,
        attribute(2, struct.pack("IIiii", 1, 0, 2, 1, 1)),
        attribute(1, struct.pack("QQQQ", 100, 200, 0, 0)),
    ),
    nest(
        4,
        attribute(1, struct.pack("QI4x", 500, 5)),
        attribute(3, struct.pack("IIIII", 0, 0, 1, 0, 0)),
    ),
)

FILTERS: dict[str, tuple[int, tuple[bytes, ...]]] = {
    "bpf": (
        _INGRESS,
        (
            attribute(7, "cil_from_container"),
            *words((8, 1), (11, 1234)),
            attribute(10, bytes(range(8))),
        ),
    ),
    "flower": (
        _INGRESS,
        (
            *words((22, 8)),
            attribute(8, struct.pack("!H", 0x800)),
            *octets((9, 6)),
            attribute(10, bytes((192, 0, 2, 1))),
            attribute(11, b"\xff" * 4),
            nest(3, _DROP),
        ),
    ),
    "matchall": (_EGRESS, (nest(2, _DROP), *words((3, 8)))),
    "fw": (0x10000, words((1, 0x10001))),
}
"""Kinds of filter, each with where it stands and what it holds."""


def tc_filter(kind: str) -> bytes:
    """Return the message of a filter on ``lo``, of preference 5 and for IPv4."""
    parent, options = FILTERS[kind]
    protocol = int.from_bytes(b"\x08\x00", "little")
    body = struct.pack("BxxxiIII", 0, 1, 1, parent, 5 << 16 | protocol)
    chain = b"".join(words((11, 0)))
    return message(_NEW_FILTER, body + attribute(1, kind) + chain + nest(2, *options))
