"""Ways out beside the mailbox: which way each mail was composed for, accounts that only send, alarms that are mailed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_OPEN = "state = 'composed'"


def upgrade() -> None:
    op.add_column(
        "envelopes", sa.Column("way", sa.String(length=340), server_default=sa.text("'mailbox'"), nullable=False)
    )
    op.create_table(
        "senders",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("connected_at", sa.BigInteger(), nullable=False),
        sa.Column("connected_by", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('user','service_account')", name=op.f("ck_senders_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_senders")),
        sa.UniqueConstraint("address", name=op.f("uq_senders_address")),
    )
    op.create_table(
        "told_alarms",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.Column("gone_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told_alarms")),
        sa.UniqueConstraint("key", "recipient", name=op.f("uq_told_alarms_key_recipient")),
    )
    op.create_table(
        "alarm_mails",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("marker", sa.String(length=64), nullable=False),
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column("way", sa.String(length=340), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("composed_at", sa.BigInteger(), nullable=False),
        sa.Column("try_after", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('composed','sent','failed')", name=op.f("ck_alarm_mails_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm_mails")),
        sa.UniqueConstraint("marker", name=op.f("uq_alarm_mails_marker")),
    )
    op.create_index(
        "ix_alarm_mails_open",
        "alarm_mails",
        ["try_after"],
        sqlite_where=sa.text(_OPEN),
        postgresql_where=sa.text(_OPEN),
    )
    op.create_table(
        "closed_ways",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("way", sa.String(length=340), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_ways")),
        sa.UniqueConstraint("way", name=op.f("uq_closed_ways_way")),
    )
    op.create_table(
        "way_tests",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("tested_at", sa.BigInteger(), nullable=False),
        sa.Column("worked", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_way_tests")),
        sa.UniqueConstraint("way", name=op.f("uq_way_tests_way")),
    )
