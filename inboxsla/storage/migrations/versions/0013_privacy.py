"""Privacy: when text is erased, who was forgotten, who allowed figures about people; the change log by time and person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_OVER = "text_since IS NOT NULL"
_KEPT = "erased_at IS NULL"
_GONE = "erased_at IS NOT NULL"


def upgrade() -> None:
    op.add_column("tickets", sa.Column("text_since", sa.BigInteger(), nullable=True))
    op.add_column("tickets", sa.Column("erased_at", sa.BigInteger(), nullable=True))
    op.add_column("tickets", sa.Column("erased_for", sa.String(length=12), nullable=True))
    op.add_column("messages", sa.Column("erased_at", sa.BigInteger(), nullable=True))
    # Not before the last thing that happened, so that nothing goes earlier than it was said.
    op.execute(
        sa.text(
            "UPDATE tickets SET text_since = (SELECT max(events.happened_at) FROM events"
            " WHERE events.ticket_id = tickets.id)"
            " WHERE status IN ('solved', 'closed', 'not_a_ticket', 'away')"
        )
    )
    op.create_index(
        "ix_tickets_text_since",
        "tickets",
        ["mailbox_id", "text_since"],
        sqlite_where=sa.text(_OVER),
        postgresql_where=sa.text(_OVER),
    )
    op.create_index(
        "ix_messages_with_text",
        "messages",
        ["mailbox_id", "internal_at"],
        sqlite_where=sa.text(_KEPT),
        postgresql_where=sa.text(_KEPT),
    )
    op.create_index(
        "ix_tickets_erased_at",
        "tickets",
        ["erased_at"],
        sqlite_where=sa.text(_GONE),
        postgresql_where=sa.text(_GONE),
    )
    op.add_column("audit", sa.Column("words", sa.Text(), nullable=True))
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_actor", "audit", ["actor"])
    op.create_table(
        "forgotten",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("forgotten_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forgotten")),
        sa.UniqueConstraint("digest", name=op.f("uq_forgotten_digest")),
    )
    op.create_table(
        "approvals",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
    )
