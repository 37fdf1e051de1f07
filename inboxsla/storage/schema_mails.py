"""The table of mails as sent. It is one with the others: `schema` names them all."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text, text

from inboxsla.storage.tables import id_column, metadata, partial_index
from inboxsla.storage.types import Instant

envelopes = Table(
    "envelopes",
    metadata,
    id_column(),
    Column("marker", String(64), nullable=False, unique=True),
    Column("mailbox_id", ForeignKey("mailboxes.id", ondelete="CASCADE"), nullable=False),
    Column("recipient", String(320), nullable=False),
    Column("subject", Text, nullable=False),
    # RFC 5322 text exactly as it will be sent.
    Column("raw", Text, nullable=False),
    Column("state", String(12), nullable=False),
    Column("composed_at", Instant, nullable=False),
    Column("tried_at", Instant),
    Column("try_after", Instant, nullable=False),
    Column("lease_until", Instant),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("sent_at", Instant),
    Column("gmail_id", String(128)),
    Column("reason", Text),
    Column("thread_id", String(128)),
    # The Message-ID Gmail gave it, once somebody read it: '' if it cannot be followed any more.
    Column("rfc_id", Text),
    # The one ticket it is about, where later mails may follow it, and the id of the mail it follows itself.
    Column("ticket_id", Integer),
    Column("follows", Integer),
    # The way it was composed for, which From and everything else in `raw` fits: "mailbox", "gmail:ADDRESS", "smtp:ADDRESS".
    Column("way", String(340), nullable=False, server_default=text("'mailbox'")),
    # Whom and what it is for: "staff", or the notice to a customer it is; such a one is written in the customer's thread.
    Column("kind", String(16), nullable=False, server_default=text("'staff'")),
    # Whether, at some try, nobody could tell if it went out; until a look into the mailbox said that it did not.
    Column("in_doubt", Boolean, nullable=False, server_default=text("false")),
    CheckConstraint("state IN ('composed','sending','unknown','sent','failed')", name="state"),
    Index("ix_envelopes_gmail_id", "mailbox_id", "gmail_id"),
    Index("ix_envelopes_thread_id", "mailbox_id", "thread_id"),
    Index("ix_envelopes_rfc_id", "mailbox_id", "rfc_id"),
    Index("ix_envelopes_recipient", "mailbox_id", "recipient"),
    Index("ix_envelopes_to", "recipient", "composed_at"),
    partial_index("ix_envelopes_open", "mailbox_id", "try_after", where="state IN ('composed','sending','unknown')"),
    partial_index("ix_envelopes_no_ticket", "composed_at", where="ticket_id IS NULL"),
    partial_index("ix_envelopes_ticket", "ticket_id", where="ticket_id IS NOT NULL"),
    partial_index("ix_envelopes_notices", "composed_at", "recipient", where="kind <> 'staff'"),
)
