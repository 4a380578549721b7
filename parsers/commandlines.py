"""Secrets that a program takes under a flag which does not say so: ``redis-cli -a``, ``mysql -p…``.

Only after the program's own name does its flag mean that: ``-p 8080`` of another program is left
alone. Arguments may stand apart by blanks or as the strings of a JSON array, docker's ``Path``
and ``Args`` among them. Every byte is looked at once or twice, whatever the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

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


_PROGRAMS = {
    "curl": _flags("-u --user -U --proxy-user", "-u -U", after=":"),
    "https?": _flags("-a --auth", "-a", after=":"),
    "redis-cli|keydb-cli|valkey-cli": _flags("-a"),
    "(?:mysql|mariadb)(?:dump|admin|import|check|show|slap|-dump|-admin|-import)?": _flags(
        "", "-p"
    ),
    "mongo(?:sh|dump|restore|export|import|stat|top)?|cqlsh|rabbitmqadmin|sshpass": _flags(
        "-p", "-p"
    ),
    "(?:docker|podman|nerdctl|skopeo|buildah|helm registry) login": _flags("-p"),
    "ldap(?:search|add|modify|delete|passwd|whoami)": _flags("-w"),
    "smbclient|rpcclient": _flags("-U --user", "-U", after="%"),
    "snmp(?:get|getnext|walk|bulkwalk|bulkget|set|table|status|trap|inform)": _flags(
        "-c -A -X -a -x"
    ),
    "mosquitto_(?:pub|sub|rr)|ipmitool|sqlcmd|bcp|zip|unzip": _flags("-P"),
    "7z[ar]?": _flags("", "-p"),
    "plink|pscp|psftp": _flags("-pw"),
    "openssl enc": _flags("-k -K"),
}
_ONE_OF = "|".join(f"(?P<p{n}>{name})" for n, name in enumerate(_PROGRAMS))
_PROGRAM = re.compile(rb"(?<![\w.-])(?:" + _ONE_OF.encode() + rb")(?=[\s\"'])")
_FLAGS_OF = tuple(_PROGRAMS.values())

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
    position = 0
    while program := _PROGRAM.search(text, position):
        position = program.end()
        flags = _FLAGS_OF[(program.lastindex or 1) - 1]
        due = False  # the argument before was a flag, and this one is its value
        for _ in range(MOST_ARGUMENTS):
            found = _NEXT_STRING.match(text, position) or _NEXT_WORD.match(text, position)
            if found is None:
                break
            start, end = found.span("word" if found["word"] is not None else "quoted")
            if not due and _PROGRAM.match(text, start):
                break
            position = found.end()
            span = _secret_in(text, start, end, flags, due=due)
            due = not due and text[start:end] in flags.separate
            if span is not None:
                yield span


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
