"""Labels that answer: when ours were last compared with Gmail's, what people asked for by label, echoes to come; own addresses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_OPEN = "state <> 'done'"


def upgrade() -> None:
    op.add_column("mailboxes", sa.Column("labels_checked_at", sa.BigInteger(), nullable=True))
    op.add_column("mailboxes", sa.Column("send_as", sa.Text(), server_default="[]", nullable=False))
    op.add_column("mailboxes", sa.Column("send_as_at", sa.BigInteger(), nullable=True))
    op.add_column("tickets", sa.Column("label_echoes", sa.Text(), server_default="{}", nullable=False))
    op.create_table(
        "label_commands",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("mailbox_id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.String(length=128), nullable=False),
        sa.Column("key", sa.String(length=400), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.CheckConstraint("state IN ('asked','clearing','done')", name=op.f("ck_label_commands_state")),
        sa.ForeignKeyConstraint(
            ["mailbox_id"], ["mailboxes.id"], name=op.f("fk_label_commands_mailbox_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_commands")),
        sa.UniqueConstraint(
            "mailbox_id", "thread_id", "source", name=op.f("uq_label_commands_mailbox_id_thread_id_source")
        ),
    )
    op.create_index(
        "ix_label_commands_open",
        "label_commands",
        ["mailbox_id"],
        sqlite_where=sa.text(_OPEN),
        postgresql_where=sa.text(_OPEN),
    )
