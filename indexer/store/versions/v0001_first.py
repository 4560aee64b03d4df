"""The first layout: what stores had before their layout was noted; what is there stays."""

import sqlalchemy as sa
from alembic import op

from indexer.store.base import Text

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", Text(), nullable=False),
        sa.Column("by", Text(), nullable=False),
        sa.Column("action", Text(), nullable=False),
        sa.Column("target", Text(), nullable=False),
        sa.Column("was", sa.JSON(), nullable=True),
        sa.Column("now", sa.JSON(), nullable=True),
        sa.Column("note", Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        if_not_exists=True,
    )
    op.create_index("ix_audit_by", "audit", ["by"], unique=False, if_not_exists=True)
    op.create_index("ix_audit_target", "audit", ["target"], unique=False, if_not_exists=True)
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme", Text(), nullable=False),
        sa.Column("field", Text(), nullable=False),
        sa.Column("was", sa.JSON(), nullable=True),
        sa.Column("now", sa.JSON(), nullable=True),
        sa.Column("by", Text(), nullable=False),
        sa.Column("at", Text(), nullable=False),
        sa.Column("note", Text(), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        if_not_exists=True,
    )
    op.create_index("ix_decisions_programme", "decisions", ["programme"], unique=False, if_not_exists=True)
    op.create_table(
        "facts",
        sa.Column("key", Text(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        if_not_exists=True,
    )
    op.create_table(
        "history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme", Text(), nullable=False),
        sa.Column("at", Text(), nullable=False),
        sa.Column("field", Text(), nullable=False),
        sa.Column("was", sa.JSON(), nullable=True),
        sa.Column("now", sa.JSON(), nullable=True),
        sa.Column("cause", Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        if_not_exists=True,
    )
    op.create_index("ix_history_at", "history", ["at"], unique=False, if_not_exists=True)
    op.create_index("ix_history_programme", "history", ["programme"], unique=False, if_not_exists=True)
    op.create_table(
        "links",
        sa.Column("programme", Text(), nullable=False),
        sa.Column("url", Text(), nullable=False),
        sa.Column("state", Text(), nullable=False),
        sa.Column("told", Text(), nullable=False),
        sa.Column("checked", Text(), nullable=False),
        sa.PrimaryKeyConstraint("programme"),
        if_not_exists=True,
    )
    op.create_index("ix_links_state", "links", ["state"], unique=False, if_not_exists=True)
    op.create_table(
        "programmes",
        sa.Column("id", Text(), nullable=False),
        sa.Column("source", Text(), nullable=False),
        sa.Column("variant", Text(), nullable=False),
        sa.Column("notice_hash", Text(), nullable=False),
        sa.Column("rules", Text(), nullable=False),
        sa.Column("notice", sa.LargeBinary(), nullable=False),
        sa.Column("read_on", Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("problems", sa.Integer(), nullable=False),
        sa.Column("first_seen", Text(), nullable=False),
        sa.Column("changed", Text(), nullable=False),
        sa.Column("last_seen", Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        if_not_exists=True,
    )
    op.create_index("ix_programmes_source", "programmes", ["source"], unique=False, if_not_exists=True)
    op.create_table(
        "relations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme", Text(), nullable=False),
        sa.Column("relation", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        if_not_exists=True,
    )
    op.create_index("ix_relations_programme", "relations", ["programme"], unique=False, if_not_exists=True)
    op.create_table(
        "reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme", Text(), nullable=False),
        sa.Column("at", Text(), nullable=False),
        sa.Column("text", Text(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        if_not_exists=True,
    )
    op.create_index("ix_reports_programme", "reports", ["programme"], unique=False, if_not_exists=True)
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", Text(), nullable=False),
        sa.Column("variant", Text(), nullable=False),
        sa.Column("at", Text(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("errors", sa.JSON(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("stats", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        if_not_exists=True,
    )
    op.create_index("ix_runs_source", "runs", ["source"], unique=False, if_not_exists=True)
    op.create_table(
        "same",
        sa.Column("programme", Text(), nullable=False),
        sa.Column("lead", Text(), nullable=False),
        sa.Column("why", Text(), nullable=False),
        sa.Column("differs", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("programme"),
        if_not_exists=True,
    )
    op.create_index("ix_same_lead", "same", ["lead"], unique=False, if_not_exists=True)
    op.create_table(
        "sessions",
        sa.Column("key", Text(), nullable=False),
        sa.Column("user", Text(), nullable=False),
        sa.Column("csrf", Text(), nullable=False),
        sa.Column("expires", Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        if_not_exists=True,
    )
    op.create_index("ix_sessions_user", "sessions", ["user"], unique=False, if_not_exists=True)
    op.create_table(
        "sources",
        sa.Column("name", Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        if_not_exists=True,
    )
    op.create_table(
        "users",
        sa.Column("name", Text(), nullable=False),
        sa.Column("role", Text(), nullable=False),
        sa.Column("password", Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        if_not_exists=True,
    )
