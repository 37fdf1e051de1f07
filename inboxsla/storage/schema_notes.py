"""Tables of what people write about a ticket for one another, and of when they are away, as they say themselves."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, String, Table, Text

from inboxsla.storage.tables import id_column, metadata
from inboxsla.storage.types import Instant

# Texts of notes, apart from the timeline, so that they can be erased while the figures stay. An event names the note.
notes = Table(
    "notes",
    metadata,
    id_column(),
    Column("ticket_id", ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False),
    # A staff address, or None for somebody in the mailbox.
    Column("author", String(320)),
    Column("text", Text, nullable=False),
    Column("written_at", Instant, nullable=False),
    Index("ix_notes_ticket", "ticket_id"),
)

# What a person said of an absence of their own, beside those that the configuration says: at most one, from `start` until
# the day of return, dates in the person's zone.
own_absences = Table(
    "own_absences",
    metadata,
    Column("address", String(320), primary_key=True),
    Column("start", Date, nullable=False),
    Column("until", Date, nullable=False),
    Column("substitute", String(320)),
    Column("said_at", Instant, nullable=False),
)
