"""The ``key value key value flag`` texts of iproute2 as pairs."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet


def pairs(
    text: str,
    flags: AbstractSet[str],
    modifiers: AbstractSet[str] = frozenset(),
    *,
    names: AbstractSet[str] = frozenset(),
) -> Iterator[tuple[str, str]]:
    """Yield each key with its value, and each flag with "", in printed order.

    A word in ``modifiers`` between a key and its value belongs to the value ("lock 1400"), but
    not after a key in ``names``, whose value may be any word. The template has made sure that the
    text is made of keys, values and flags; a key at the very end has the value "".
    """
    words = iter(text.split())
    for word in words:
        if word in flags:
            yield word, ""
            continue
        value = next(words, "")
        is_modified = value in modifiers and word not in names
        yield word, f"{value} {next(words, '')}" if is_modified else value
