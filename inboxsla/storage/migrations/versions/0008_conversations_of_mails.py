"""Mails that follow one another: which conversation each is in, in Gmail and by Message-ID; and what ours are found by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("envelopes", sa.Column("thread_id", sa.String(length=128), nullable=True))
    op.add_column("envelopes", sa.Column("rfc_id", sa.Text(), nullable=True))
    op.add_column("envelopes", sa.Column("ticket_id", sa.Integer(), nullable=True))
    op.add_column("envelopes", sa.Column("follows", sa.Integer(), nullable=True))
    op.create_index("ix_envelopes_gmail_id", "envelopes", ["mailbox_id", "gmail_id"])
    op.create_index("ix_envelopes_thread_id", "envelopes", ["mailbox_id", "thread_id"])
    op.create_index("ix_envelopes_rfc_id", "envelopes", ["mailbox_id", "rfc_id"])
    op.create_index("ix_envelopes_recipient", "envelopes", ["mailbox_id", "recipient"])
