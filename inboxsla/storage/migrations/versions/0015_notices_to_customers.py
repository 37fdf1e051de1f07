"""Notices to customers: which mails are such, and which notice each is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "envelopes", sa.Column("kind", sa.String(length=16), server_default=sa.text("'staff'"), nullable=False)
    )
