"""Where secrets stand by the name before them: in YAML, in quoted JSON, in BIRD's definitions.

Line by line and not by structure, so that a text that was cut or damaged is masked too. Everything
here is linear in the length of the text.
"""

import re
from collections.abc import Iterator

from parsers.secrets import Secret, decoded, secret_name

_NAME = (
    rb"(?<![\w.-])[\w.-]*"
    rb"(?:password|passwd|passphrase|secret(?:[-_]?id)?|token|credentials?|authorization"
    rb"|(?:private|api|client|access|etcd)[-_]?key(?:-data)?|(?<![A-Za-z])auth)"
)
_QUOTED = (
    rb"\"(?P<double>(?>(?:[^\"\\\n]|\\.)*)\\?)(?:\"|$)"
    rb"|'(?P<single>(?>(?:[^'\n]|'')*))(?:'|$)"
    rb"|(?P<quote>\\{1,3}\")(?P<inner>[^\n]{1,4096}?)(?P=quote)"
)
# A variable and its value, as a pod has them.
_VARIABLE = re.compile(
    rb"\"name\"\s{0,8}:\s{0,8}\"[\w.-]{0,128}?"
    rb"(?:pass(?:word|wd)?|secret|token|key|credentials?|auth|pwd)\""
    rb"\s{0,8},\s{0,8}\"value\"\s{0,8}:\s{0,8}\"(?P<value>[^\"\n]++)",
    re.IGNORECASE,
)
_NOTHING = rb"(?:null|Null|NULL|~)[ \t]*$"
_NO_TEXT = rb"[\s\"'\\{\[|>&*!#,}\]]"

# A member on a line of its own has the rest of the line; one within braces ends before the next.
_MEMBER = re.compile(
    rb"(?P<own>^[ \t]*(?:- +)*)?" + _NAME + rb"(?:\\{0,3}[\"'])?[ \t]{0,8}:[ \t]{0,64}"
    rb"(?:" + _QUOTED + rb"|(?!" + _NO_TEXT + rb"|" + _NOTHING + rb")"
    rb"(?P<plain>(?(own)[^\n]+|[^\s,}\]\"'\\]+)))",
    re.IGNORECASE | re.MULTILINE,
)
# BIRD's ``define PW = "…"``, by the name or by what the name is used for.
_DEFINED = re.compile(rb'\bdefine\s{1,16}(?P<name>\w{1,128})\s{0,16}=\s{0,16}"(?P<secret>[^"\n]++)')
_PASSWORD_BY_NAME = re.compile(rb"\bpassword\s{1,16}(?P<name>[a-z_]\w{0,127})", re.IGNORECASE)

# {\"password\":\"…\"}
_QUOTED_MEMBER = re.compile(
    rb'\\"[\w.-]{0,64}?(?:password|passwd|passphrase|secret|token|[-_]key|auth)\\"'
    rb'\s{0,8}:\s{0,8}\\"(?P<secret>[^"\\\n]++)',
    re.IGNORECASE,
)

_VALUES = ("double", "single", "inner", "plain")
_TEXT_BELOW = re.compile(
    rb"^(?P<indent>[ \t]*)(?:- +)*"
    + _NAME
    + rb"[ \t]{0,8}:[ \t]{0,64}[|>][-+0-9]{0,2}[ \t]*\n(?P<text>(?:(?P=indent)[ \t]+[^\n]*\n?)+)",
    re.IGNORECASE | re.MULTILINE,
)


def in_members(text: bytes) -> Iterator[Secret]:
    """Find ``password: …`` and ``"token":"…"`` by their names, and a text block under such a name.

    A value that is a mapping (``password: {secretKeyRef: …}``), a list or null is none.
    """
    for member in _MEMBER.finditer(text):
        group = next(name for name in _VALUES if member[name] is not None)
        body = member[group].rstrip()
        if body:
            yield Secret(
                member.start(group), member.start(group) + len(body), decoded(body), elsewhere=True
            )
    for variable in _VARIABLE.finditer(text):
        yield Secret(*variable.span("value"), decoded(variable["value"]), elsewhere=True)
    for block in _TEXT_BELOW.finditer(text):
        position = block.start("text")
        for line in block["text"].splitlines(keepends=True):
            body = line.strip()
            if body:
                start = position + line.index(body)
                yield Secret(start, start + len(body), decoded(body), elsewhere=True)
            position += len(line)


def in_definitions(text: bytes) -> Iterator[Secret]:
    """Find the passwords of BIRD's configuration that have a name: ``define PW = "…"``."""
    used = {found["name"] for found in _PASSWORD_BY_NAME.finditer(text)}
    for found in _DEFINED.finditer(text):
        if found["name"] in used or secret_name(found["name"].decode("utf-8", "replace")):
            yield _told(found)


def in_quoted_json(text: bytes) -> Iterator[Secret]:
    """Find members with a secret's name in JSON that stands inside a JSON string, as in a label."""
    for member in _QUOTED_MEMBER.finditer(text):
        yield _told(member)


def _told(found: re.Match[bytes]) -> Secret:
    return Secret(*found.span("secret"), decoded(found["secret"]), elsewhere=True)
