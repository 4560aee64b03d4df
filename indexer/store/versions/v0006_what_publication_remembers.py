"""What publication remembers."""

import sqlalchemy as sa
from alembic import op

from indexer.store.base import Text

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "documents",
        sa.Column("id", Text(), nullable=False),
        sa.Column("made_of", Text(), nullable=False),
        sa.Column("hash", Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("differs", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "matches",
        sa.Column("one", Text(), nullable=False),
        sa.Column("other", Text(), nullable=False),
        sa.Column("likeness", sa.Float(), nullable=False),
        sa.Column("why", Text(), nullable=False),
        sa.Column("quoted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("one", "other"),
    )
    op.create_index(op.f("ix_matches_other"), "matches", ["other"], unique=False)
    op.create_table(
        "prepared",
        sa.Column("id", Text(), nullable=False),
        sa.Column("made_of", Text(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("fresh", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.add_column("programmes", sa.Column("digest", Text(), server_default="", nullable=False))
