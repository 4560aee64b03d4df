"""Collections of featured cases: drafts, and editions that show for a time."""

import sqlalchemy as sa
from alembic import op

from indexer.store.base import Text

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "collections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed", Text(), nullable=False),
        sa.Column("by", Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "editions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("collection", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("shows_from", Text(), nullable=False),
        sa.Column("shows_until", Text(), nullable=False),
        sa.Column("at", Text(), nullable=False),
        sa.Column("by", Text(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_editions_collection"), "editions", ["collection"], unique=False)
