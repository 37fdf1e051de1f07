"""Mails in doubt; and indexes that what is open is found by, in a mailbox, and everybody by address: without them whole tables were read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("envelopes", sa.Column("in_doubt", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    # Until now nobody wrote down of a mail that is to be sent again whether an earlier try may have gone out. A mailbox is searched first.
    op.execute(
        "UPDATE envelopes SET in_doubt = true WHERE state = 'unknown' OR (state = 'composed' AND tries > 0 AND way <> 'mailbox')"
    )
    op.drop_index("ix_envelopes_open", "envelopes")
    _partial("envelopes", "ix_envelopes_open", ["mailbox_id", "try_after"], "state IN ('composed','sending','unknown')")
    _partial("envelopes", "ix_envelopes_no_ticket", ["composed_at"], "ticket_id IS NULL")
    _partial("envelopes", "ix_envelopes_ticket", ["ticket_id"], "ticket_id IS NOT NULL")
    _partial("envelopes", "ix_envelopes_notices", ["composed_at", "recipient"], "kind <> 'staff'")
    _partial("outbox", "ix_outbox_owed_of", ["mailbox_id", "not_before", "act"], "state = 'owed'")
    op.create_index("ix_outbox_act", "outbox", ["act", "mailbox_id", "owed_at"])
    _partial("tickets", "ix_tickets_ring_at_of", ["mailbox_id", "ring_at"], "ring_at IS NOT NULL")
    op.create_index("ix_people_address", "people", ["address"])


def _partial(table: str, name: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
