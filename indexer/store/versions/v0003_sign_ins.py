"""Where somebody is signed in and since when, tries to sign in, sign-ins under way at a provider."""

import sqlalchemy as sa
from alembic import op

from indexer.store.base import Text

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "attempts",
        sa.Column("key", Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("at", Text(), nullable=False),
        sa.Column("locked_until", Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "sign_ins",
        sa.Column("state", Text(), nullable=False),
        sa.Column("nonce", Text(), nullable=False),
        sa.Column("verifier", Text(), nullable=False),
        sa.Column("expires", Text(), nullable=False),
        sa.PrimaryKeyConstraint("state"),
    )
    op.add_column("sessions", sa.Column("began", Text(), server_default="", nullable=False))
    op.add_column("sessions", sa.Column("used", Text(), server_default="", nullable=False))
    op.add_column("sessions", sa.Column("device", Text(), server_default="", nullable=False))
