"""Tables of what each person wants of our mails, of mornings that were told, and of addresses that mails come back from."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from inboxsla.storage.tables import id_column, metadata
from inboxsla.storage.types import Instant

# What somebody chose for themselves; whoever is not in it has what the configuration says.
mail_choices = Table(
    "mail_choices",
    metadata,
    Column("address", String(320), primary_key=True),
    # None: what the configuration says.
    Column("digest", Boolean),
    # Which reminders of one's own tickets come: "all", "late" (from 90 % on) or "overdue".
    Column("reminders", String(12), nullable=False, server_default=text("'all'")),
    Column("changed_at", Instant, nullable=False),
    CheckConstraint("reminders IN ('all','late','overdue')", name="reminders"),
)

# One row for each person and local date on which it was looked whether there is something to say; no envelope: there was not.
digests = Table(
    "digests",
    metadata,
    id_column(),
    Column("address", String(320), nullable=False),
    Column("day", Date, nullable=False),
    Column("looked_at", Instant, nullable=False),
    # A mail that is taken back before it goes out takes this row with it, and is composed anew.
    Column("envelope_id", ForeignKey("envelopes.id", ondelete="CASCADE")),
    UniqueConstraint("address", "day"),
    Index("ix_digests_envelope", "envelope_id"),
)

# Staff whose mails come back. They get none until an admin says that the address works again.
unreachable = Table(
    "unreachable",
    metadata,
    id_column(),
    Column("address", String(320), nullable=False, unique=True),
    Column("since", Instant, nullable=False),
    Column("words", Text, nullable=False),
)
