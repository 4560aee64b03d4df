"""what waits for a person."""

import sqlalchemy as sa
from alembic import op

from indexer.store.base import Text

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme", Text(), nullable=False),
        sa.Column("kind", Text(), nullable=False),
        sa.Column("code", Text(), nullable=False),
        sa.Column("field", Text(), nullable=False),
        sa.Column("about", Text(), nullable=False),
        sa.Column("raw", Text(), nullable=False),
        sa.Column("title", Text(), nullable=False),
        sa.Column("source", Text(), nullable=False),
        sa.Column("gx", sa.Boolean(), nullable=False),
        sa.Column("closes", Text(), nullable=False),
        sa.Column("came", Text(), nullable=False),
        sa.Column("went", Text(), nullable=False),
        sa.Column("why", Text(), nullable=False),
        sa.Column("by", Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_review_came"), "review", ["came"], unique=False)
    op.create_index(op.f("ix_review_programme"), "review", ["programme"], unique=False)
    op.create_index(op.f("ix_review_went"), "review", ["went"], unique=False)
