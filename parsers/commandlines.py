"""Secrets that a program takes under a flag which does not say so: ``redis-cli -a``, ``mysql -p…``.

Only after the program's own name does its flag mean that: ``-p 8080`` of another program is left
alone. Arguments may stand apart by blanks or as the strings of a JSON array, docker's ``Path``
and ``Args`` among them. Every byte is looked at once or twice, whatever the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

MOST_ARGUMENTS = 100
"""Of one program that are looked at."""


@dataclass(frozen=True, slots=True)
class _Flags:
    """A program's flags that take a secret.

    The value may be the next argument; of one in ``joined`` it may stand in the same argument.
    Where ``after`` is not "", only what follows the first of it in the value is secret.
    """

    separate: frozenset[bytes] = frozenset()
    joined: tuple[bytes, ...] = ()
    after: bytes = b""


def _flags(separate: str = "", joined: str = "", after: str = "") -> _Flags:
    own = (f"{flag}=" for flag in separate.split() if flag.startswith("--"))
    return _Flags(
        frozenset(flag.encode() for flag in separate.split()),
        tuple(flag.encode() for flag in (*joined.split(), *own)),
        after.encode(),
    )


@dataclass(frozen=True, slots=True)
class _Program:
    """Programs of one kind. No text without one of the ``stems`` names any of them."""

    stems: tuple[bytes, ...]
    names: str
    flags: _Flags


_PROGRAMS = (
    _Program((b"curl",), "curl", _flags("-u --user -U --proxy-user", "-u -U", after=":")),
    _Program((b"http",), "https?", _flags("-a --auth", "-a", after=":")),
    _Program((b"-cli",), "(?:redis|keydb|valkey)-cli", _flags("-a")),
    _Program(
        (b"mysql", b"mariadb"),
        "(?:mysql|mariadb)(?:-?(?:dump|admin|import)|check|show|slap)?",
        _flags("", "-p"),
    ),
    _Program(
        (b"mongo",),
        "mongo(?:sh|dump|restore|export|import|stat|top)?",
        _flags("-p", "-p"),
    ),
    _Program(
        (b"cqlsh", b"rabbitmqadmin", b"sshpass"),
        "cqlsh|rabbitmqadmin|sshpass",
        _flags("-p", "-p"),
    ),
    _Program((b" login",), "(?:docker|podman|nerdctl|skopeo|buildah) login", _flags("-p")),
    _Program((b"ldap",), "ldap(?:search|add|modify|delete|passwd|whoami)", _flags("-w")),
    _Program((b"client",), "smbclient|rpcclient", _flags("-U --user", "-U", after="%")),
    _Program(
        (b"snmp",),
        "snmp(?:get|getnext|walk|bulkwalk|bulkget|set|table|status|trap|inform)",
        _flags("-c -A -X"),
    ),
    _Program(
        (b"mosquitto_", b"ipmitool", b"sqlcmd", b"zip"),
        "mosquitto_(?:pub|sub|rr)|ipmitool|sqlcmd|zip|unzip",
        _flags("-P"),
    ),
    _Program((b"7z",), "7z[ar]?", _flags("", "-p")),
    _Program((b"plink", b"pscp", b"psftp"), "plink|pscp|psftp", _flags("-pw")),
    _Program((b"openssl",), "openssl enc", _flags("-k -K")),
)

# The next argument: the next string of a JSON array, or what follows after blanks.
_NEXT_STRING = re.compile(
    rb'"\s{0,8},\s{0,256}(?:"Args":\s{0,8}\[\s{0,256})?"(?P<word>(?>(?:[^"\\\n]|\\.)*))(?=")'
)
_NEXT_WORD = re.compile(
    rb"[ \t]{1,64}(?:(?P<quote>\\{0,3}[\"'])(?P<quoted>[^\n\"'\\]{1,4096})(?P=quote)"
    rb"|(?P<word>(?>(?:[^\s\"'\\;&|]|\\[^\"'nrt\n])+)))"
)
_REFERENCE = re.compile(rb"\$\{?\w+\}?|\$\(.*")
"""What the shell will put something else for: no secret."""


def in_command_lines(text: bytes) -> Iterator[tuple[int, int]]:
    """Yield where the secrets stand."""
    there = tuple(each for each in _PROGRAMS if any(stem in text for stem in each.stems))
    if not there:
        return
    pattern = _pattern(there)
    position = 0
    while found := pattern.search(text, position):
        flags = there[(found.lastindex or 1) - 1].flags
        position = found.end()
        for end, secret in _arguments(text, position, flags, pattern):
            position = end
            if secret is not None:
                yield secret


@cache
def _pattern(programs: tuple[_Program, ...]) -> re.Pattern[bytes]:
    """Match the name of one of the programs, each kind in a group of its own."""
    names = "|".join(f"({program.names})" for program in programs)
    return re.compile(rb"(?<![\w.-])(?:" + names.encode() + rb")(?=[\s\"'])")


def _arguments(
    text: bytes, position: int, flags: _Flags, program: re.Pattern[bytes]
) -> Iterator[tuple[int, tuple[int, int] | None]]:
    """Yield where each argument ends, and the secret in it, up to another program's name."""
    due = False  # the argument before was a flag, and this one is its value
    for _ in range(MOST_ARGUMENTS):
        found = _NEXT_STRING.match(text, position) or _NEXT_WORD.match(text, position)
        if found is None:
            return
        start, end = found.span("word" if found["word"] is not None else "quoted")
        if not due and program.match(text, start):
            return
        position = found.end()
        yield position, _secret_in(text, start, end, flags, due=due)
        due = not due and text[start:end] in flags.separate


def _secret_in(
    text: bytes, start: int, end: int, flags: _Flags, *, due: bool
) -> tuple[int, int] | None:
    """Return where in an argument the secret stands, None if there is none."""
    if not due:
        flag = next((each for each in flags.joined if text.startswith(each, start, end)), None)
        if flag is None:
            return None
        start += len(flag)
    if flags.after:
        at = text.find(flags.after, start, end)
        if at < 0:
            return None
        start = at + len(flags.after)
    if start >= end or _REFERENCE.fullmatch(text, start, end):
        return None
    return start, end
