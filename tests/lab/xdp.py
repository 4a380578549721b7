"""A program for the kernel's XDP hook that drops every packet, as an object file for ``ip``.

It is two instructions, ``r0 = XDP_DROP; exit`` (linux/bpf.h), in an ELF file with the sections
that libbpf asks for. So the lab needs no compiler.
"""

import struct
from itertools import accumulate

SECTION = "xdp"
_DROP = struct.pack("<BBhi", 0xB7, 0, 0, 1) + struct.pack("<BBhi", 0x95, 0, 0, 0)
_LICENSE = b"GPL\0"
_NAMES = ("", ".strtab", ".symtab", SECTION, "license", "drop")
_OFFSETS = dict(zip(_NAMES, accumulate((len(n) + 1 for n in _NAMES), initial=0), strict=False))
_STRINGS = b"".join(name.encode() + b"\0" for name in _NAMES)
_HEADER, _ENTRY, _SYMBOL, _BPF = 64, 64, 24, 247
_STRTAB, _SYMTAB, _PROGBITS = 3, 2, 1
_ALLOC, _EXECUTE = 2, 4
_GLOBAL_FUNCTION = 0x12


def drop_everything() -> bytes:
    """Return the object file."""
    symbols = bytes(_SYMBOL) + struct.pack(
        "<IBBHQQ", _OFFSETS["drop"], _GLOBAL_FUNCTION, 0, 3, 0, len(_DROP)
    )
    bodies = (b"", _STRINGS, symbols, _DROP, _LICENSE)
    padded = [body + bytes(-len(body) % 8) for body in bodies]
    starts = list(accumulate((len(body) for body in padded), initial=_HEADER))
    sections = (
        bytes(_ENTRY),
        _section(".strtab", _STRTAB, 0, starts[1], len(_STRINGS)),
        _section(".symtab", _SYMTAB, 0, starts[2], len(symbols), link=1, info=1, size=_SYMBOL),
        _section(SECTION, _PROGBITS, _ALLOC | _EXECUTE, starts[3], len(_DROP)),
        _section("license", _PROGBITS, _ALLOC, starts[4], len(_LICENSE)),
    )
    identity = b"\x7fELF" + bytes((2, 1, 1)) + bytes(9)
    header = identity + struct.pack(
        "<HHIQQQIHHHHHH", 1, _BPF, 1, 0, 0, starts[-1], 0, _HEADER, 0, 0, _ENTRY, len(sections), 1
    )
    return header + b"".join(padded) + b"".join(sections)


def _section(  # noqa: PLR0917 -- the fields of an ELF section header
    name: str, kind: int, flags: int, start: int, length: int, link: int = 0, info: int = 0,
    size: int = 0,
) -> bytes:  # fmt: skip
    return struct.pack(
        "<IIQQQQIIQQ", _OFFSETS[name], kind, flags, 0, start, length, link, info, 8, size
    )
