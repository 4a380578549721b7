"""One YAML document as texts, lists and mappings.

The only module that imports PyYAML, and of that only the parser, which tells the structure. No
object is made of what a text says: no tags, no aliases, no more depth than objects have.
"""

from typing import Any

import yaml

from parsers.text import visible

DEEPEST = 64

_Loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_NULL = frozenset({"", "~", "null", "Null", "NULL"})


class YamlError(Exception):
    """A piece of text is no YAML, or YAML of a kind that is not read."""


class Mapping(dict[str, Any]):
    """A YAML mapping, and the line (from 1) where it begins."""

    line: int = 0


def parse(text: str, first_line: int = 1) -> Any:
    """Return the one document of a YAML text: texts, lists, Mappings and None.

    A plain ``true`` or ``5`` stays the text that it is. Raises YamlError for a text that is no
    YAML, for aliases, tags, keys that are no text or occur twice, and depth beyond DEEPEST.
    """
    builder = _Builder(first_line)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            builder.take(event)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + first_line}" if mark is not None else ""
        problem = getattr(error, "problem", "") or getattr(error, "reason", "")
        raise YamlError(f"the YAML breaks off{where}: {problem}") from error
    return builder.value


class _Builder:
    """Puts events together. Not recursive: the depth of a text costs no stack."""

    def __init__(self, first_line: int) -> None:
        self.value: Any = None
        self._first_line = first_line
        self._documents = 0
        self._open: list[tuple[Any, str | None]] = []  # collection, and the key it waits with

    def take(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._add(_scalar(event))
        elif isinstance(event, yaml.MappingStartEvent):
            mapping = Mapping()
            mark: Any = event.start_mark  # the parser sets one on every event
            mapping.line = mark.line + self._first_line
            self._begin(event, mapping)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._begin(event, [])
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            collection, _ = self._open.pop()
            self._add(collection)
        elif isinstance(event, yaml.AliasEvent):
            raise YamlError("an alias, which no Calico object has")
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise YamlError("two documents in one")

    def _begin(self, event: Any, collection: Any) -> None:
        if event.tag is not None:
            raise YamlError(f"a tag: {event.tag!r:.40}")
        if len(self._open) >= DEEPEST:
            raise YamlError("nested too deeply")
        if self._open and isinstance(self._open[-1][0], dict) and self._open[-1][1] is None:
            raise YamlError("a key that is no text")
        self._open.append((collection, None))

    def _add(self, value: Any) -> None:
        if not self._open:
            self.value = value
            return
        collection, key = self._open[-1]
        if isinstance(collection, list):
            collection.append(value)
        elif key is None:
            if value in collection:
                raise YamlError(f"the key {value!r:.40} twice")
            self._open[-1] = (collection, value if value is not None else "null")
        else:
            collection[key] = value
            self._open[-1] = (collection, None)


def _scalar(event: Any) -> str | None:
    if event.tag is not None:
        raise YamlError(f"a tag: {event.tag!r:.40}")
    text: str = event.value
    if event.style == '"':
        return visible(text)  # it may have spelled a control character
    return None if not event.style and text in _NULL else text
