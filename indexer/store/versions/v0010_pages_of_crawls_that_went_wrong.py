"""Pages of crawls that went wrong."""

import sqlalchemy as sa
from alembic import op

from indexer.store.base import Text

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "pages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", Text(), nullable=False),
        sa.Column("at", Text(), nullable=False),
        sa.Column("url", Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("why", Text(), nullable=False),
        sa.Column("kind", Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_pages_source"), "pages", ["source"], unique=False)
