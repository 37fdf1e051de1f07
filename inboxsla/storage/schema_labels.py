"""The table of what people ask for by labels."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table, UniqueConstraint

from inboxsla.storage.tables import id_column, metadata, partial_index
from inboxsla.storage.types import Instant

label_commands = Table(
    "label_commands",
    metadata,
    id_column(),
    Column("mailbox_id", ForeignKey("mailboxes.id", ondelete="CASCADE"), nullable=False),
    Column("thread_id", String(128), nullable=False),
    # The label's key, and the history record that showed it: asked for once, however often history is read.
    Column("key", String(400), nullable=False),
    Column("source", String(200), nullable=False),
    Column("asked_at", Instant, nullable=False),
    # "asked", then "clearing" where no ticket's labels will be put right anyway, then "done".
    Column("state", String(12), nullable=False),
    CheckConstraint("state IN ('asked','clearing','done')", name="state"),
    UniqueConstraint("mailbox_id", "thread_id", "source"),
    partial_index("ix_label_commands_open", "mailbox_id", where="state <> 'done'"),
)
