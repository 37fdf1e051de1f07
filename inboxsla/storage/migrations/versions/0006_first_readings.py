"""How far the first reading of each mailbox has come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "first_readings",
        sa.Column("mailbox_id", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("edge", sa.BigInteger(), nullable=False),
        sa.Column("reached", sa.BigInteger(), nullable=False),
        sa.Column("page_token", sa.Text(), nullable=True),
        sa.Column("checking", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["mailbox_id"], ["mailboxes.id"], name=op.f("fk_first_readings_mailbox_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mailbox_id", name=op.f("pk_first_readings")),
    )
    # Mailboxes that were read to the end before there was this table.
    op.execute(
        "INSERT INTO first_readings (mailbox_id, begun_at, edge, reached, finished_at) "
        "SELECT id, last_sync_at, last_sync_at, last_sync_at, last_sync_at FROM mailboxes "
        "WHERE kind = 'gmail' AND last_sync_at IS NOT NULL"
    )
