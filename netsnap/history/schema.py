"""The tables of a history, the same in SQLite and PostgreSQL.

``blobs`` holds every content once, by its SHA-256: what nodes printed, the sheets (which
questions a visit asked and the digests of the answers) and the pages (what was read from the
answers of one sheet). A blob is zstd, against the ``base`` blob where it has one. ``snapshots``
form a chain by ``id`` and ``previous``; ``number`` is the order in which this history got them.
``visits.head`` and the sheets are JSON, so that hostile text never meets an SQL type.
Instants are whole microseconds since 1970 in UTC.
"""

import sqlalchemy as sa

VERSION_TABLE = "netsnap_version"
"""Where Alembic keeps the schema's revision; its name tells a history from other databases."""

metadata = sa.MetaData()

blobs = sa.Table(
    "blobs",
    metadata,
    sa.Column("digest", sa.LargeBinary(32), primary_key=True),
    sa.Column("base", sa.LargeBinary(32), sa.ForeignKey("blobs.digest")),
    sa.Column("depth", sa.Integer, nullable=False),  # number of bases below this one
    sa.Column("size", sa.BigInteger, nullable=False),  # bytes of the content
    sa.Column("data", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,  # the digest is the key, once, and not a second index
)

snapshots = sa.Table(
    "snapshots",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("id", sa.String(64), nullable=False, unique=True),
    sa.Column("previous", sa.String(64), nullable=False),  # "" for the first of a chain
    sa.Column("imported", sa.Boolean, nullable=False),
    sa.Column("label", sa.String(64), nullable=False, index=True),
    sa.Column("started", sa.BigInteger, nullable=False, index=True),
    sa.Column("ended", sa.BigInteger, nullable=False),
    sa.Column("asked", sa.Integer, nullable=False),
    sa.Column("reached", sa.Integer, nullable=False),
    sa.Column("captures", sa.Integer, nullable=False),
    sa.Column("bytes_new", sa.BigInteger, nullable=False),
    sa.Column("bytes_stored", sa.BigInteger, nullable=False),
)

visits = sa.Table(
    "visits",
    metadata,
    sa.Column("snapshot", sa.Integer, sa.ForeignKey("snapshots.number"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("node", sa.Text, nullable=False),  # as in head: JSON without its quotes
    sa.Column("head", sa.Text, nullable=False),
    sa.Column("captures", sa.Integer, nullable=False),
    sa.Column("sheet", sa.LargeBinary(32), sa.ForeignKey("blobs.digest"), nullable=False),
    sa.Column("times", sa.LargeBinary, nullable=False),  # zstd of JSON, see sheet.py
    sa.Index("visits_of_node", "node", "snapshot"),
    sqlite_with_rowid=False,
)

readings = sa.Table(
    "readings",
    metadata,
    sa.Column("sheet", sa.LargeBinary(32), sa.ForeignKey("blobs.digest"), primary_key=True),
    sa.Column("reader", sa.String(16), primary_key=True),  # which version of the readers read it
    sa.Column("page", sa.LargeBinary(32), sa.ForeignKey("blobs.digest"), nullable=False),
    sqlite_with_rowid=False,
)
