"""The table of how far the listing after lost history has come."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Table, Text, text

from inboxsla.storage.tables import metadata
from inboxsla.storage.types import Instant, Json

relistings = Table(
    "relistings",
    metadata,
    Column("mailbox_id", ForeignKey("mailboxes.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("begun_at", Instant, nullable=False),
    # The last cursor up to which everything was known.
    Column("seen", Text, nullable=False),
    # The page to go on with, and which of its threads are done.
    Column("page_token", Text),
    Column("page_done", Json, nullable=False, server_default="[]"),
    # Threads of open tickets that were not listed yet, and threads that could not be read.
    Column("unseen", Json, nullable=False, server_default="[]"),
    Column("is_listed", Boolean, nullable=False, server_default=text("false")),
)
