"""Whom a selector of Calico's chooses by labels (``has(role) && role != 'web'``).

https://docs.tigera.io/calico/latest/reference/resources/bgppeer#selector has the words.
"""

import re
from collections.abc import Mapping

_TOKEN = re.compile(
    r"\s*(?:(?P<mark>&&|\|\||==|!=|[!(){},])|'(?P<single>[^']*)'|\"(?P<double>[^\"]*)\""
    r"|(?P<word>[\w./-]+))"
)
_COMPARED = {"contains": str.__contains__, "starts": str.startswith, "ends": str.endswith}


def chooses(selector: str, labels: Mapping[str, str]) -> bool | None:
    """Say whether a selector chooses what has these labels; None for words that are not known."""
    if not selector.strip():
        return True
    try:
        tokens = _tokens(selector)
        found = _any(tokens, labels)
    except (ValueError, IndexError, RecursionError):  # nested deeper than any that is meant
        return None
    return found if not tokens else None


def _tokens(text: str) -> list[str]:
    """Split a selector, the last token first; a quoted one begins with a quote."""
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(text)
        quoted = match["single"] if match["single"] is not None else match["double"]
        found.append(match["mark"] or match["word"] or f"'{quoted}")
        at = match.end()
    return found[::-1]


def _any(tokens: list[str], labels: Mapping[str, str]) -> bool:
    found = _all(tokens, labels)
    while tokens and tokens[-1] == "||":
        tokens.pop()
        found = _all(tokens, labels) or found
    return found


def _all(tokens: list[str], labels: Mapping[str, str]) -> bool:
    found = _one(tokens, labels)
    while tokens and tokens[-1] == "&&":
        tokens.pop()
        found = _one(tokens, labels) and found
    return found


def _one(tokens: list[str], labels: Mapping[str, str]) -> bool:
    word = tokens.pop()
    if word == "!":
        return not _one(tokens, labels)
    if word == "(":
        found = _any(tokens, labels)
        _expect(tokens, ")")
        return found
    if word in ("all", "has", "global") and tokens and tokens[-1] == "(":
        tokens.pop()
        name = tokens.pop() if word == "has" else ""
        _expect(tokens, ")")
        return word == "all" or (word == "has" and name in labels)
    return _compared(labels.get(word), tokens)


def _compared(value: str | None, tokens: list[str]) -> bool:
    """Compare a label's value, None where it is not there."""
    how = tokens.pop()
    if how in ("==", "!="):
        return (value == _quoted(tokens)) is (how == "==")
    if how == "not":
        _expect(tokens, "in")
        return value not in _listed(tokens)
    if how == "in":
        return value in _listed(tokens)
    if how in ("starts", "ends"):
        _expect(tokens, "with")
    compare = _COMPARED.get(how)
    if compare is None:
        raise ValueError(how)
    wanted = _quoted(tokens)
    return value is not None and compare(value, wanted)


def _listed(tokens: list[str]) -> list[str]:
    _expect(tokens, "{")
    found: list[str] = []
    while tokens[-1] != "}":
        found.append(_quoted(tokens))
        if tokens[-1] == ",":
            tokens.pop()
    tokens.pop()
    return found


def _quoted(tokens: list[str]) -> str:
    token = tokens.pop()
    if not token.startswith("'"):
        raise ValueError(token)
    return token[1:]


def _expect(tokens: list[str], token: str) -> None:
    if tokens.pop() != token:
        raise ValueError(token)
