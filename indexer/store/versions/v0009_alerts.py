"""alerts."""

import sqlalchemy as sa
from alembic import op

from indexer.store.base import Text

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", Text(), nullable=False),
        sa.Column("subscription", Text(), nullable=False),
        sa.Column("channel", Text(), nullable=False),
        sa.Column("kind", Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("made", Text(), nullable=False),
        sa.Column("state", Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due", Text(), nullable=False),
        sa.Column("problem", Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_deliveries_made"), "deliveries", ["made"], unique=False)
    op.create_index(op.f("ix_deliveries_state"), "deliveries", ["state"], unique=False)
    op.create_index(op.f("ix_deliveries_subscription"), "deliveries", ["subscription"], unique=False)
    op.create_table(
        "dropped",
        sa.Column("subscription", Text(), nullable=False),
        sa.Column("programme", Text(), nullable=False),
        sa.Column("at", Text(), nullable=False),
        sa.PrimaryKeyConstraint("subscription", "programme"),
    )
    op.create_table(
        "refusals",
        sa.Column("mark", Text(), nullable=False),
        sa.Column("at", Text(), nullable=False),
        sa.PrimaryKeyConstraint("mark"),
    )
    op.create_table(
        "requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", Text(), nullable=False),
        sa.Column("mark", Text(), nullable=False),
        sa.Column("who", Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_requests_at"), "requests", ["at"], unique=False)
    op.create_index(op.f("ix_requests_mark"), "requests", ["mark"], unique=False)
    op.create_index(op.f("ix_requests_who"), "requests", ["who"], unique=False)
    op.create_table(
        "subscriptions",
        sa.Column("id", Text(), nullable=False),
        sa.Column("channel", Text(), nullable=False),
        sa.Column("target", Text(), nullable=False),
        sa.Column("mark", Text(), nullable=False),
        sa.Column("query", Text(), nullable=False),
        sa.Column("frequency", Text(), nullable=False),
        sa.Column("deadlines", sa.Boolean(), nullable=False),
        sa.Column("created", Text(), nullable=False),
        sa.Column("confirmed", Text(), nullable=False),
        sa.Column("told_to", sa.Integer(), nullable=False),
        sa.Column("digest", Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_subscriptions_mark"), "subscriptions", ["mark"], unique=False)
    op.create_table(
        "told",
        sa.Column("subscription", Text(), nullable=False),
        sa.Column("programme", Text(), nullable=False),
        sa.Column("event", Text(), nullable=False),
        sa.Column("at", Text(), nullable=False),
        sa.PrimaryKeyConstraint("subscription", "programme", "event"),
    )
