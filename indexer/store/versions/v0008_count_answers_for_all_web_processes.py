"""Count answers for all web processes."""

import sqlalchemy as sa
from alembic import op

from indexer.store.base import Text

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "hits",
        sa.Column("key", Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_hits_until", "hits", ["until"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        # Written at every question, and worth nothing after a minute, or after a crash.
        op.execute("ALTER TABLE hits SET UNLOGGED")
