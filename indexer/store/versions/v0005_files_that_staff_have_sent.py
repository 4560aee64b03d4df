"""Files that staff have sent and not taken in yet."""

import sqlalchemy as sa
from alembic import op

from indexer.store.base import Text

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "uploads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", Text(), nullable=False),
        sa.Column("by", Text(), nullable=False),
        sa.Column("name", Text(), nullable=False),
        sa.Column("place", Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
