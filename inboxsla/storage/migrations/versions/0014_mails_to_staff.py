"""Mails to staff: what each person wants, mornings that were told, addresses that mails come back from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_choices",
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("digest", sa.Boolean(), nullable=True),
        sa.Column("reminders", sa.String(length=12), server_default=sa.text("'all'"), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("reminders IN ('all','late','overdue')", name=op.f("ck_mail_choices_reminders")),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_mail_choices")),
    )
    op.create_table(
        "digests",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("looked_at", sa.BigInteger(), nullable=False),
        sa.Column("envelope_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["envelope_id"], ["envelopes.id"], name=op.f("fk_digests_envelope_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digests")),
        sa.UniqueConstraint("address", "day", name=op.f("uq_digests_address_day")),
    )
    op.create_index("ix_digests_envelope", "digests", ["envelope_id"])
    op.create_table(
        "unreachable",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unreachable")),
        sa.UniqueConstraint("address", name=op.f("uq_unreachable_address")),
    )
    op.create_index("ix_envelopes_to", "envelopes", ["recipient", "composed_at"])
