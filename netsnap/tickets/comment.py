"""The comment that a tracker gets, and finding it again."""

import re

from netsnap.tickets.bundle import Bundle
from netsnap.tickets.dialects import Plain, Words
from netsnap.tickets.markup import Block, Dialect, blocks, fit

_READ = 4
"""How much longer than the comment the Markdown may be that is parsed: the rest would not fit."""


def compose(
    markdown: str, bundle: Bundle, key: str, dialect: Dialect, limit: int
) -> tuple[str, bool]:
    """Write the comment, at most ``limit`` characters; say whether it had to be shortened."""
    start = markdown[: limit * _READ]
    parts = [*_report(start, dialect), Block(_footer(bundle, key, dialect))]
    return fit(parts, dialect, limit, more=len(start) < len(markdown))


def carries(body: str, key: str) -> bool:
    """Say whether ``body`` is a comment for ``key``, and not one that quotes it."""
    mark = re.escape(_mark(key))
    plain = body.replace("\\", "")  # Jira Cloud writes wiki markup anew and escapes as it likes
    return re.search(rf"^(?![ \t]*(?:>|bq\.)).*{mark}(?![\w.-])", plain, re.MULTILINE) is not None


def same(posted: str, body: str) -> bool:
    """Say whether a tracker holds ``body`` already; trackers change line ends and trim."""
    return posted.replace("\r\n", "\n").strip() == body.strip()


def _report(markdown: str, dialect: Dialect) -> list[Block]:
    if isinstance(dialect, Plain):
        raw = "\n\n".join(block.text for block in blocks(markdown, Words()))
        return [Block(dialect.verbatim(raw), raw)]
    return blocks(markdown, dialect)


def _footer(bundle: Bundle, key: str, dialect: Dialect) -> str:
    # The digest is not there for looks: it ties the text to one of several bundles of one name.
    about = dialect.text(f" ({bundle.size:,} bytes, SHA-256 {bundle.sha256})")
    return f"{dialect.attachment(bundle.name)}{about} {dialect.code(_mark(key))}"


def _mark(key: str) -> str:
    return f"netsnap:{key}"
