"""Contents by their SHA-256: each kept once, compressed against a content that is like it.

A delta is a zstd frame with the base's content as raw dictionary: the answer of five minutes ago,
or the same question's answer in another pod, shares all but a few bytes. Bases are never more
than ``DEEPEST`` steps deep, so that one content costs a bounded number of them.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple, TypeVar

import sqlalchemy as sa
import zstandard

from netsnap.history.errors import CorruptHistoryError
from netsnap.history.schema import blobs

DEEPEST = 24
"""Steps of a chain of bases, at most."""

_LEVEL = 6
_SHORTEST_BASE = 32  # bytes; less has nothing to offer
_LONGEST_BASE = 8 << 20  # bytes; zstd's window reaches no further at this level
_OF_NOTHING = hashlib.sha256().digest()  # most of stderr
_BATCH = 400  # digests in one query; SQLite takes 32,766 parameters, older ones 999

T = TypeVar("T")


class Blob(NamedTuple):
    """A row of ``blobs``."""

    digest: bytes
    base: bytes | None
    depth: int
    size: int
    data: bytes


def digest_of(content: bytes) -> bytes:
    """Return the SHA-256 of a content, 32 bytes."""
    return hashlib.sha256(content).digest() if content else _OF_NOTHING


def squeeze(content: bytes) -> bytes:
    """Compress a content that stands alone."""
    return zstandard.ZstdCompressor(_LEVEL).compress(content)


def unsqueeze(data: bytes, limit: int) -> bytes:
    """Undo ``squeeze``. Raises CorruptHistoryError if it cannot, or for over ``limit`` bytes."""
    try:
        size = zstandard.frame_content_size(data)
        if not 0 <= size <= limit:
            raise CorruptHistoryError(f"a compressed part of the history claims {size} bytes")
        return zstandard.ZstdDecompressor().decompress(data)
    except zstandard.ZstdError as error:
        raise CorruptHistoryError(
            f"a compressed part of the history is damaged: {error}"
        ) from error


def batches(items: Iterable[T], size: int = _BATCH) -> Iterator[list[T]]:
    """Yield the items in lists of at most ``size``."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


class Base(NamedTuple):
    """A content that another may be compressed against."""

    digest: bytes
    depth: int
    content: bytes


@dataclass
class Press:
    """Compresses contents; one that serves as base again and again is prepared once."""

    _ready: dict[bytes, zstandard.ZstdCompressor] = field(default_factory=dict)

    def blob(self, digest: bytes, content: bytes, bases: Sequence[Base | None]) -> Blob:
        """Return the row for a content, against the first of the bases that will do."""
        for base in bases:
            if base and base.depth < DEEPEST and _can_serve(base.content):
                data = self._against(base).compress(content)
                return Blob(digest, base.digest, base.depth + 1, len(content), data)
        return Blob(digest, None, 0, len(content), _compressor(None).compress(content))

    def keep_ready(self, base: Base) -> None:
        """Prepare a base that many contents will be compressed against."""
        if base.digest not in self._ready and _can_serve(base.content):
            self._ready[base.digest] = _compressor(base.content)

    def _against(self, base: Base) -> zstandard.ZstdCompressor:
        return self._ready.get(base.digest) or _compressor(base.content)


def _can_serve(content: bytes) -> bool:
    return _SHORTEST_BASE <= len(content) <= _LONGEST_BASE


def _compressor(base: bytes | None) -> zstandard.ZstdCompressor:
    return zstandard.ZstdCompressor(
        _LEVEL,
        dict_data=_dictionary(base),
        write_checksum=False,  # the SHA-256 says more
        write_content_size=False,  # the row has it
        write_dict_id=False,
    )


def _dictionary(base: bytes | None) -> zstandard.ZstdCompressionDict | None:
    if base is None:
        return None
    return zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


@dataclass
class Shelf:
    """The blobs of one database, read through one connection."""

    connection: sa.Connection

    def depths(self, digests: Iterable[bytes]) -> dict[bytes, int]:
        """Return the depth of each of these contents that the history has."""
        found: dict[bytes, int] = {}
        for batch in batches(digests):
            query = sa.select(blobs.c.digest, blobs.c.depth).where(blobs.c.digest.in_(batch))
            found.update((row.digest, row.depth) for row in self.connection.execute(query))
        return found

    def fetch(self, digests: Iterable[bytes]) -> dict[bytes, bytes]:
        """Return these contents, each checked against its digest.

        Raises CorruptHistoryError if one is missing or is not what it was when it was stored.
        """
        found: dict[bytes, bytes] = {}
        for batch in batches(dict.fromkeys(digests)):
            rows = self._with_bases(batch)
            contents: dict[bytes, bytes] = {}
            found.update((digest, _expand(digest, rows, contents)) for digest in batch)
        return found

    def _with_bases(self, digests: list[bytes]) -> dict[bytes, Blob]:
        """Return the rows of these contents and of all that they rest upon."""
        chain = (
            sa.select(blobs.c.digest, blobs.c.base)
            .where(blobs.c.digest.in_(digests))
            .cte("chain", recursive=True)
        )
        below = sa.select(blobs.c.digest, blobs.c.base).join(chain, blobs.c.digest == chain.c.base)
        chain = chain.union(below)  # not UNION ALL: ends also where damage made a ring
        query = sa.select(blobs).join(chain, blobs.c.digest == chain.c.digest)
        return {row.digest: Blob(*row) for row in self.connection.execute(query)}


def _expand(digest: bytes, rows: dict[bytes, Blob], contents: dict[bytes, bytes]) -> bytes:
    """Return one content; ``contents`` gains it and every base on the way."""
    steps: list[Blob] = []
    wanted: bytes | None = digest
    while wanted is not None and wanted not in contents:
        blob = rows.get(wanted)
        if blob is None or len(steps) > DEEPEST:
            raise CorruptHistoryError(f"the history lacks content {wanted.hex()}")
        steps.append(blob)
        wanted = blob.base
    for blob in reversed(steps):
        contents[blob.digest] = _checked(blob, contents[blob.base] if blob.base else None)
    return contents[digest]


def _checked(blob: Blob, base: bytes | None) -> bytes:
    try:
        decompressor = zstandard.ZstdDecompressor(dict_data=_dictionary(base))
        content = decompressor.decompress(blob.data, max_output_size=max(blob.size, 1))
    except zstandard.ZstdError as error:
        raise CorruptHistoryError(f"content {blob.digest.hex()} is damaged: {error}") from error
    if digest_of(content) != blob.digest:
        raise CorruptHistoryError(
            f"content {blob.digest.hex()} is not what it was when it was stored"
        )
    return content
