"""Configurations, teams, and what rules and routing say about tickets and people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_UNOWNED = "owner IS NULL AND status = 'open' AND due_at IS NOT NULL"


def upgrade() -> None:
    op.create_table(
        "configurations",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.Column("open_too", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("rolled_to", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("rolled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_configurations")),
        sa.UniqueConstraint("version", name=op.f("uq_configurations_version")),
    )
    op.create_table(
        "teams",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("turn", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("wake_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
        sa.UniqueConstraint("name", name=op.f("uq_teams_name")),
    )
    _partial("ix_teams_wake_at", "teams", ["wake_at"], "wake_at IS NOT NULL")
    op.add_column("people", sa.Column("calendar", sa.Text(), nullable=True))
    op.add_column("people", sa.Column("skills", sa.Text(), server_default="[]", nullable=False))
    op.add_column("people", sa.Column("capacity", sa.Integer(), nullable=True))
    op.add_column("people", sa.Column("absences", sa.Text(), server_default="[]", nullable=False))
    op.add_column("mailboxes", sa.Column("wake_at", sa.BigInteger(), nullable=True))
    op.add_column("mailboxes", sa.Column("label_names", sa.Text(), server_default="{}", nullable=False))
    op.add_column("tickets", sa.Column("policy_now_id", sa.Integer(), nullable=True))
    op.add_column("tickets", sa.Column("team", sa.String(length=64), server_default=sa.text("''"), nullable=False))
    op.add_column("tickets", sa.Column("tags", sa.Text(), server_default="[]", nullable=False))
    op.add_column("tickets", sa.Column("tier", sa.String(length=64), server_default=sa.text("''"), nullable=False))
    op.add_column("tickets", sa.Column("channel", sa.String(length=64), server_default=sa.text("''"), nullable=False))
    op.add_column("tickets", sa.Column("rule", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.drop_index("ix_tickets_unowned", "tickets")
    _partial("ix_tickets_unowned", "tickets", ["mailbox_id", "team", "due_at"], _UNOWNED)
    op.create_index("ix_tickets_requester", "tickets", ["mailbox_id", "requester"])


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
