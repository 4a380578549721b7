"""Take secrets out of captures before anything stores them.

A secret's bytes become ``masked:`` and twelve hex digits of its HMAC-SHA256: the same secret has
the same mask, so that "the password changed" still shows, and without the key nobody can try
guesses against it. All other bytes stay as they are.

What counts as a secret: every environment value of a container; values of flags, labels and
members whose name looks secret; what programs take under a flag that does not say so; passwords
and tokens in URLs, in ``password "…"`` statements, in BIRD's definitions of these, in
``Authorization:`` headers and in the comments of filter rules. The value of one that *looks*
secret is then masked wherever else the node printed it (a command line in ``docker ps``, an error
message), if it has six characters or more and is no address and no word that the outputs
themselves are made of.
"""

import dataclasses
import hmac
import ipaddress
import json
import re
from collections.abc import Iterable, Sequence

from collector.capture import Capture, Visit
from parsers.secretmembers import in_definitions, in_members, in_quoted_json
from parsers.secrets import Secret, decoded, in_arguments, in_comments, in_json, in_wording

SHORTEST = 6
"""Characters. A shorter value is not looked for elsewhere: it would hit by accident."""

_OBJECTS = ("calicoctl-get", "cni")
_RUNTIMES = ("docker", "podman", "nerdctl", "crictl")
_COMMAND_LINES = ("daemons",)
_DEFINITIONS = "bird-config"
_FILTERS = ("nft", "iptables", "ip6tables", "ebtables", "arptables", "ipset")
"""Of these a comment may hold what somebody typed."""
_STRING_BODY = re.compile(rb'(?>(?:[^"\\\n]|\\.)*)')
_NO_KEY = rb'(?![^"\n]{0,320}"\s{0,8}:)'
_MASK = re.compile(r"masked:[0-9a-f]{12}")
_MASK_OR_EMPTY = re.compile(r"(?:masked:[0-9a-f]{12})?")

# A value that is one of these is no secret worth a search, and masking it would make the nodes'
# answers unreadable: AUTH_MODE=default must not turn `default via 172.16.0.254` into a riddle.
_PLAIN_WORD = re.compile(
    r"accept|active|anycast|blackhole|bridge|broadcast|calico|connect|container|default|delete|"
    r"device|direct|disabled?|docker|enabled?|established|exited|external|failed|filter|forever|"
    r"forward|global|inactive|internal|kernel|masked|master|metric|multicast|nexthop|noqueue|"
    r"noprefixroute|onlink|opensent|output|passive|password|permanent|policy|postrouting|"
    r"prerouting|private|prohibit|protocol|public|reachable|redirect|refused|return|running|sandbox|source|"
    r"static|status|system|tables?|tentative|unicast|unknown|unlimited|unreachable|version",
    re.IGNORECASE,
)


def mask(capture: Capture, key: bytes) -> Capture:
    """Return the capture without its secrets. Knows nothing of the node's other captures."""
    return _masked((capture,), key)[0]


def mask_visit(visit: Visit, key: bytes) -> Visit:
    """Return the visit without secrets: those of one capture are masked in all of them."""
    said = _encoded(visit.detail)  # it may quote what a login printed
    found = (*in_wording(said, assignments=True, strings=False), *in_arguments(said))
    return dataclasses.replace(
        visit,
        captures=_masked(visit.captures, key),
        detail=_cut(said, found, key).decode("utf-8", "replace"),
    )


def _masked(captures: Sequence[Capture], key: bytes) -> tuple[Capture, ...]:
    found = [(_in_stdout(capture), _in_stderr(capture)) for capture in captures]
    spoken = _Spoken({s.value for pair in found for part in pair for s in part if s.elsewhere}, key)
    return tuple(
        dataclasses.replace(
            capture,
            stdout=spoken.out_of(_cut(capture.stdout, out, key), is_json=_is_json(capture)),
            stderr=spoken.out_of(_cut(capture.stderr, err, key)),
            detail=spoken.out_of(_encoded(capture.detail)).decode("utf-8", "replace"),
        )
        for capture, (out, err) in zip(captures, found, strict=True)
    )


def _in_stdout(capture: Capture) -> list[Secret]:
    probe = capture.question.probe
    containers = probe.startswith(_RUNTIMES)
    objects = probe.startswith(_OBJECTS)
    commands = containers or probe.startswith(_COMMAND_LINES)
    typed = commands or objects or probe.startswith(_FILTERS)
    found = list(in_wording(capture.stdout, assignments=typed, strings=containers))
    if objects:
        found += in_members(capture.stdout)
    if commands:
        found += in_arguments(capture.stdout)
    if containers:
        found += in_quoted_json(capture.stdout)
    if probe.startswith(_FILTERS):
        found += in_comments(capture.stdout)
    if probe == _DEFINITIONS:
        found += in_definitions(capture.stdout)
    return found + list(in_json(capture.stdout)) if _is_json(capture) else found


def _is_json(capture: Capture) -> bool:
    return "inspect" in capture.question.probe


def _in_stderr(capture: Capture) -> list[Secret]:
    containers = capture.question.probe.startswith(_RUNTIMES)
    found = list(in_wording(capture.stderr, assignments=containers, strings=False))
    return found + list(in_arguments(capture.stderr)) if containers else found


def _cut(text: bytes, secrets: Iterable[Secret], key: bytes) -> bytes:
    """Mask these secrets where they stand; those that overlap get one mask for all their bytes."""
    parts: list[bytes] = []
    position = 0
    for start, end in _spans(secrets):
        value = decoded(text[start:end])
        if not _MASK_OR_EMPTY.fullmatch(value):
            parts += (text[position:start], _mask_of(value, key))
            position = end
    return b"".join((*parts, text[position:]))


def _spans(secrets: Iterable[Secret]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for secret in sorted(secrets, key=lambda s: (s.start, s.end)):
        if spans and secret.start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], secret.end))
        else:
            spans.append((secret.start, secret.end))
    return spans


def _mask_of(value: str, key: bytes) -> bytes:
    return b"masked:" + hmac.digest(key, _encoded(value), "sha256").hex()[:12].encode()


class _Spoken:
    """The secrets of one node, ready to be found in any of its texts."""

    def __init__(self, values: set[str], key: bytes) -> None:
        worth = (value for value in values if _worth_a_search(value))
        self._masks = {form: _mask_of(value, key) for value in worth for form in _forms(value)}
        self._anywhere = _any_of(self._masks)
        self._in_json = _any_of(filter(_STRING_BODY.fullmatch, self._masks), _NO_KEY)

    def out_of(self, text: bytes, *, is_json: bool = False) -> bytes:
        """Return the text with every secret masked; masks that stand in it already stay.

        The keys of JSON and what lies between its strings are left alone: a container with
        PASSWORD=Config must not be able to hide what stands under "Config".
        """
        if not self._masks:
            return text
        pattern = self._in_json if is_json else self._anywhere
        return pattern.sub(lambda match: self._masks.get(match[0], match[0]), text)


def _worth_a_search(value: str) -> bool:
    if len(value) < SHORTEST or _PLAIN_WORD.fullmatch(value) or _MASK.fullmatch(value):
        return False
    try:
        ipaddress.ip_interface(value)
    except ValueError:
        return True
    return False


def _forms(value: str) -> set[bytes]:
    """Spell a value as it is, as JSON does, as Go's JSON does, and as JSON inside JSON does."""
    once = {json.dumps(value, ensure_ascii=False)[1:-1], json.dumps(value)[1:-1]}
    once |= {re.sub("[<>&]", lambda m: f"\\u{ord(m[0]):04x}", form) for form in once}
    twice = {json.dumps(form, ensure_ascii=False)[1:-1] for form in once}
    return {_encoded(form) for form in {value} | once | twice}


def _any_of(forms: Iterable[bytes], after: bytes = b"") -> re.Pattern[bytes]:
    """Compile one pattern for all forms, longest first, branching on the first two bytes.

    ``after`` is what must hold behind a form.
    A number is matched as a whole word only: six digits would be found inside any counter.
    """
    branches: dict[bytes, list[bytes]] = {}
    for form in sorted(forms, key=lambda f: (-len(f), f)):
        rest = re.escape(form[2:])
        rest += (rb"(?![0-9])" if form.isdigit() else b"") + after
        start = (rb"(?<![0-9])" if form.isdigit() else b"") + re.escape(form[:2])
        branches.setdefault(start, []).append(rest)
    alternatives = (start + b"(?:" + b"|".join(rest) + b")" for start, rest in branches.items())
    return re.compile(b"|".join((rb"masked:[0-9a-f]{12}", *alternatives)))


def _encoded(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a lone surrogate that JSON spelled \ud800
        return text.encode("utf-8", "surrogatepass")
