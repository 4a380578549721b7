"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create all tables."""
    _blobs()
    _snapshots()
    _visits()
    _readings()


def _blobs() -> None:
    op.create_table(
        "blobs",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("base", sa.LargeBinary(32), sa.ForeignKey("blobs.digest")),
        sa.Column("depth", sa.Integer, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )


def _snapshots() -> None:
    op.create_table(
        "snapshots",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("imported", sa.Boolean, nullable=False),
        sa.Column("label", sa.String(64), nullable=False),
        sa.Column("started", sa.BigInteger, nullable=False),
        sa.Column("ended", sa.BigInteger, nullable=False),
        sa.Column("asked", sa.Integer, nullable=False),
        sa.Column("reached", sa.Integer, nullable=False),
        sa.Column("captures", sa.Integer, nullable=False),
        sa.Column("bytes_new", sa.BigInteger, nullable=False),
        sa.Column("bytes_stored", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_snapshots_label", "snapshots", ["label"])
    op.create_index("ix_snapshots_started", "snapshots", ["started"])


def _visits() -> None:
    op.create_table(
        "visits",
        sa.Column("snapshot", sa.Integer, sa.ForeignKey("snapshots.number"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("node", sa.Text, nullable=False),
        sa.Column("head", sa.Text, nullable=False),
        sa.Column("captures", sa.Integer, nullable=False),
        sa.Column("sheet", sa.LargeBinary(32), sa.ForeignKey("blobs.digest"), nullable=False),
        sa.Column("times", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("visits_of_node", "visits", ["node", "snapshot"])


def _readings() -> None:
    op.create_table(
        "readings",
        sa.Column("sheet", sa.LargeBinary(32), sa.ForeignKey("blobs.digest"), primary_key=True),
        sa.Column("reader", sa.String(16), primary_key=True),
        sa.Column("page", sa.LargeBinary(32), sa.ForeignKey("blobs.digest"), nullable=False),
        sqlite_with_rowid=False,
    )
