"""Writes what the kernel says over netlink (rtnetlink(7)), for a program to print.

``ip monitor file`` and ``tc monitor file`` print messages as they print a live kernel's: the text
is the program's even where this kernel has no such thing.
"""

import socket
import struct


def attribute(number: int, payload: bytes | str) -> bytes:
    data = f"{payload}\0".encode() if isinstance(payload, str) else payload
    padding = b"\0" * (-len(data) % 4)
    return struct.pack("HH", 4 + len(data), number) + data + padding


def nest(number: int, *inner: bytes) -> bytes:
    return attribute(number, b"".join(inner))


def numbers(form: str, *values: tuple[int, int]) -> tuple[bytes, ...]:
    return tuple(attribute(number, struct.pack(form, value)) for number, value in values)


def octets(*values: tuple[int, int]) -> tuple[bytes, ...]:
    return numbers("B", *values)


def shorts(*values: tuple[int, int]) -> tuple[bytes, ...]:
    return numbers("H", *values)


def words(*values: tuple[int, int]) -> tuple[bytes, ...]:
    return numbers("I", *values)


def ports(*values: tuple[int, int]) -> tuple[bytes, ...]:
    return numbers("!H", *values)


def keys(*values: tuple[int, int]) -> tuple[bytes, ...]:
    return numbers("!I", *values)


def addresses(*values: tuple[int, str]) -> tuple[bytes, ...]:
    families = (socket.AF_INET6 if ":" in text else socket.AF_INET for _, text in values)
    return tuple(
        attribute(number, socket.inet_pton(family, text))
        for family, (number, text) in zip(families, values, strict=True)
    )


def mac(number: int, text: str) -> bytes:
    return attribute(number, bytes.fromhex(text.replace(":", "")))


def message(kind: int, body: bytes) -> bytes:
    """Return a message with its header; ``kind`` is its number in ``linux/rtnetlink.h``."""
    return struct.pack("IHHII", 16 + len(body), kind, 0, 0, 0) + body
