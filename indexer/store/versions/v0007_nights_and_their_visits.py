"""Nights and their visits."""

import sqlalchemy as sa
from alembic import op

from indexer.store.base import Text

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "nights",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("started", Text(), nullable=False),
        sa.Column("finished", Text(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "visits",
        sa.Column("night", sa.Integer(), nullable=False),
        sa.Column("source", Text(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("night", "source"),
    )
