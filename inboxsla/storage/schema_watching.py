"""How news of a mailbox reaches us, and when none did."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Table, Text, UniqueConstraint, text

from inboxsla.storage.tables import id_column, metadata
from inboxsla.storage.types import Instant

watches = Table(
    "watches",
    metadata,
    id_column(),
    Column("mailbox_id", ForeignKey("mailboxes.id", ondelete="CASCADE"), nullable=False, unique=True),
    # What Gmail was last asked to tell of this mailbox, and until when it will; empty while it is not asked.
    Column("topic", Text, nullable=False, server_default=text("''")),
    Column("expires_at", Instant),
    # When to ask again, and how often asking has failed since it last did not.
    Column("try_at", Instant, nullable=False),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    # When a notice last came, give or take a minute; and the newest history id that one has named.
    Column("noticed_at", Instant),
    Column("told_id", Text),
)

blind_spans = Table(
    "blind_spans",
    metadata,
    id_column(),
    Column("mailbox_id", ForeignKey("mailboxes.id", ondelete="CASCADE"), nullable=False),
    # Mail and changes from `since` on were learned only by the sync that began at `until`.
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    UniqueConstraint("mailbox_id", "since"),
)
