"""Where secrets stand in a text: in JSON by its structure, in any text by its wording.

JSON is walked as tokens and not parsed, so that a text that was cut or damaged is masked too: in
such a text every string with a "=" in it counts as an environment entry. Everything here is
linear in the length of the text.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from parsers.commandlines import in_command_lines

_TOKEN = re.compile(rb'"(?P<body>(?>(?:[^"\\\n]|\\.)*)\\?)(?P<close>"?)|(?P<mark>[\[\]{}])')
_DECODER = json.JSONDecoder(strict=False)
_BLANK = re.compile(r"\s*")
_COLON = re.compile(rb"\s*:")
_FLAG = re.compile(rb"-{0,2}[\w.-]+")

_SECRET_NAME = re.compile(r"pass|secret|token|key|cred|auth(?!or(?!i))|pwd", re.IGNORECASE)
_NO_SECRET = re.compile(r"(?:OLD)?PWD|.*[-_.](?:file|path|dir|sock)", re.IGNORECASE)
_SURE_KEY = re.compile(
    r"password|passwd|secret|token|auth|identitytoken|registrytoken", re.IGNORECASE
)
_WHOLE_OBJECT = "last-applied-configuration"  # an annotation: a pod as JSON, with its environment
_ENVIRONMENT = frozenset({b"Env", b"env", b"envs"})
_FREE_FORM = frozenset(
    {b"labels", b"annotations", b"Labels", b"Annotations", b"Config", b"DriverOpts", b"Options"}
)

# Up to the last "@" before the host ends: a password may hold one, whatever the standard says.
_URL_LOGIN = re.compile(rb'://[^\s/:@"]*+:(?P<secret>[^\s/"]+)@')
# A token may stand in place of the name: https://TOKEN@host, TOKEN:@host, TOKEN:x-oauth-basic@host.
_URL_TOKEN = re.compile(
    rb"\bhttps?://(?P<secret>[^\s/:@\"']{16,512}+)@"
    rb"|\bhttps?://(?P<token>[^\s/:@\"']{6,512}+):(?:x-oauth-basic)?@"
)
_HEADER_LOGIN = re.compile(
    rb"\bauthorization:\s{0,16}(?:basic|bearer|token)\s{1,16}(?P<secret>[\w.~+/=-]++)",
    re.IGNORECASE,
)


# iptables says "-m comment --comment …".
_COMMENT = re.compile(rb'\bcomment (?!--comment )(?P<words>"[^"\n]*+|(?!")\S++)')
_TOLD = re.compile(rb"(?<![\w.-])(?P<name>[\w.-]++)(?P<by>=|: | )(?P<secret>[^\s\"]++)")
_ALWAYS_BEFORE_ONE = re.compile(rb"passw(?:or)?d|passphrase|pwd", re.IGNORECASE)


def _password_statement(quote: bytes) -> re.Pattern[bytes]:
    secret = rb"(?P<secret>[^\n]{1,1024}?)"
    return re.compile(
        rb"\bpassword\s{1,16}(?P<quote>" + quote + rb")" + secret + rb"(?P=quote)", re.IGNORECASE
    )


# BIRD takes a password in octets too: ``password hex:01:23:…``.
_PASSWORD_OCTETS = re.compile(
    rb"\bpassword\s{1,16}(?P<secret>(?:hex:)?[0-9a-f]{2}(?>(?::?[0-9a-f]{2})+))(?=\s{0,16}[;{])",
    re.IGNORECASE,
)

# The look-behind keeps a long word from being tried from each of its letters.
_NAME = re.compile(rb"(?<![\w.-])(?P<name>-{0,2}[\w.-]++)(?P<equals>[= ])")
_QUOTED = rb"(?<=[\"'])[^\n\"'\\]++"
_BARE = rb"(?>(?:[^\s\"'\\;&|,]|\\[^\"'nrt\n])+)"


def _value(quote: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"(?:" + quote + rb"|)(?P<secret>" + _QUOTED + b"|" + _BARE + b")")


# Inside a JSON string or a quoted COMMAND cell, a quote that is not escaped ends the string.
_IN_STRING = (_password_statement(rb"\\{1,3}\""), _value(rb"\\{1,3}\"|'"))
_IN_PLAIN = (_password_statement(rb"\""), _value(rb"[\"']"))


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret's bytes at ``start:end`` of a text, and the ``value`` that they spell.

    ``elsewhere`` says that the same value is to be looked for in the node's other texts too.
    """

    start: int
    end: int
    value: str
    elsewhere: bool


@dataclass(frozen=True, slots=True)
class _Literal:
    """A JSON string that is no object key: ``parent`` and ``key`` are "" where unknown or none."""

    start: int
    body: bytes
    parent: bytes
    key: bytes
    before: bytes  # the element that stands before it in the same array

    @property
    def end(self) -> int:
        return self.start + len(self.body)


def secret_name(name: str) -> bool:
    """Say whether a variable, flag or label of this name is likely to hold a secret."""
    return _SECRET_NAME.search(name) is not None and _NO_SECRET.fullmatch(name) is None


def decoded(body: bytes) -> str:
    """Return what a JSON string's body spells; the body itself where it is not valid JSON."""
    text = body.decode("utf-8", "surrogateescape")
    if "\\" not in text:
        return text
    try:
        return str(_DECODER.decode(f'"{text}"'))
    except ValueError:
        return text


def in_json(text: bytes) -> Iterator[Secret]:
    """Find secrets in what ``docker inspect`` and its like print, whole or damaged."""
    whole = _whole(text)
    for literal in _literals(text):
        secret = (
            _of_member(literal, whole=whole) if literal.key else _of_element(literal, whole=whole)
        )
        if secret is not None:
            yield secret


def in_wording(text: bytes, *, assignments: bool, strings: bool) -> Iterator[Secret]:
    """Find ``password "…"``, ``://user:…@`` and ``Authorization: Bearer …``.

    If asked for, also ``--token …`` and ``PASS=…``.

    ``strings`` says that the text is made of quoted strings: JSON, or the table of docker ps.
    """
    password_statement, value = _IN_STRING if strings else _IN_PLAIN
    for token in _URL_TOKEN.finditer(text):
        group = "secret" if token["secret"] else "token"
        yield _secret(token.start(group), token[group], elsewhere=True)
    for pattern in (_URL_LOGIN, _HEADER_LOGIN, _PASSWORD_OCTETS, password_statement):
        for login in pattern.finditer(text):
            yield _secret(login.start("secret"), login["secret"], elsewhere=True)
    if assignments:
        yield from _assigned(text, value)


def in_arguments(text: bytes) -> Iterator[Secret]:
    """Find what programs take under a flag that does not say so: ``redis-cli -a …``."""
    for start, end in in_command_lines(text):
        yield _secret(start, text[start:end], elsewhere=True)


def in_comments(text: bytes) -> Iterator[Secret]:
    """Find ``password=…``, ``token: …`` and ``password …`` in the comments of filter rules."""
    for comment in _COMMENT.finditer(text):
        for found in _TOLD.finditer(text, *comment.span("words")):
            name = found["name"]
            is_told = found["by"] != b" " and secret_name(name.decode("utf-8", "replace"))
            if is_told or _ALWAYS_BEFORE_ONE.fullmatch(name):
                yield _secret(found.start("secret"), found["secret"], elsewhere=False)


def _assigned(text: bytes, value: re.Pattern[bytes]) -> Iterator[Secret]:
    """Find the values of flags and variables; only a secret's value is read, and only once."""
    position = 0
    while match := _NAME.search(text, position):
        position = match.end("name")
        name = match["name"].decode("utf-8", "replace")
        is_flag = match["equals"] == b"=" or name.startswith("-")
        if not (is_flag and secret_name(name.lstrip("-"))):
            continue
        found = value.match(text, match.end())
        if found is not None and not found["secret"].startswith(b"--"):
            yield _secret(found.start("secret"), found["secret"], elsewhere=True)
            position = found.end()


def _of_element(literal: _Literal, *, whole: bool) -> Secret | None:
    name, equals, value = literal.body.partition(b"=")
    looks_secret = secret_name(decoded(name).lstrip("-"))
    if literal.parent in _ENVIRONMENT or not whole:
        if equals:
            return _secret(literal.start + len(name) + 1, value, elsewhere=looks_secret)
        if "=" in decoded(literal.body):  # spelled \u003d
            return _secret(literal.start, literal.body, elsewhere=True)
    elif equals and looks_secret and _FLAG.fullmatch(name):
        return _secret(literal.start + len(name) + 1, value, elsewhere=True)
    return _of_flag_before(literal)


def _of_flag_before(literal: _Literal) -> Secret | None:
    flag = decoded(literal.before)
    if not flag.startswith("-") or "=" in flag or literal.body.startswith(b"--"):
        return None
    if not secret_name(flag.lstrip("-")):
        return None
    return _secret(literal.start, literal.body, elsewhere=True)


def _of_member(literal: _Literal, *, whole: bool) -> Secret | None:
    key = decoded(literal.key)
    looks_secret = secret_name(key)
    if literal.parent == b"envs" or not whole:  # {"key": "DB_PASSWORD", "value": "…"}
        if key == "value":
            is_secret = secret_name(decoded(literal.before))
            return _secret(literal.start, literal.body, elsewhere=is_secret)
        if key == "key":
            return None
    if literal.parent in _ENVIRONMENT:
        return _secret(literal.start, literal.body, elsewhere=looks_secret)
    if key.endswith(_WHOLE_OBJECT) or _WHOLE_OBJECT.encode() in literal.body:
        return _secret(literal.start, literal.body, elsewhere=False)
    if _SURE_KEY.fullmatch(key) or (literal.parent in _FREE_FORM and looks_secret):
        return _secret(literal.start, literal.body, elsewhere=True)
    return None


def _secret(start: int, body: bytes, *, elsewhere: bool) -> Secret:
    return Secret(start, start + len(body), decoded(body), elsewhere)


def _whole(text: bytes) -> bool:
    """Say whether a text is JSON from its beginning to its end, in one document or several."""
    try:
        told = text.decode("utf-8", "surrogateescape")
        position = 0
        while position < len(told):
            _, end = _DECODER.raw_decode(told, position)
            blank = _BLANK.match(told, end)
            position = blank.end() if blank else end
    except (ValueError, RecursionError):
        return False
    return True


def _literals(text: bytes) -> Iterator[_Literal]:
    stack: list[bytes] = []  # the key under which each open array or object stands
    key = b""
    before = b""
    for match in _TOKEN.finditer(text):
        mark = match["mark"]
        if mark is None:
            body = match["body"]
            if match["close"] and _COLON.match(text, match.end()):
                key = body
            else:
                yield _Literal(match.start("body"), body, stack[-1] if stack else b"", key, before)
                key, before = b"", body
        elif mark in b"[{":
            stack.append(key or (stack[-1] if stack else b""))
            key = before = b""
        else:
            del stack[-1:]
            key = before = b""
