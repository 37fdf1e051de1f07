"""Tables of how we get into mailboxes, and whether anything may be written there."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table, Text

from inboxsla.storage.tables import id_column, metadata
from inboxsla.storage.types import Instant, Json

credentials = Table(
    "credentials",
    metadata,
    id_column(),
    Column("mailbox_id", ForeignKey("mailboxes.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    # Encrypted; `key_id` says under which key, which is never in the database.
    Column("sealed", Text, nullable=False),
    Column("key_id", String(32), nullable=False),
    Column("scopes", Json, nullable=False),
    # Whose they are: the address that consented, or the service account's.
    Column("account", Text, nullable=False),
    Column("connected_at", Instant, nullable=False),
    Column("connected_by", Text, nullable=False),
    CheckConstraint("kind IN ('user','service_account')", name="kind"),
)

# Consents that somebody went to Google for and has not come back from.
consents = Table(
    "consents",
    metadata,
    id_column(),
    Column("digest", String(64), nullable=False, unique=True),
    Column("address", String(320), nullable=False),
    # The secret that proves at the end who began it, encrypted like credentials.
    Column("sealed", Text, nullable=False),
    Column("key_id", String(32), nullable=False),
    Column("redirect_uri", Text, nullable=False),
    # Digest of the browser session it belongs to.
    Column("session", String(64), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)

# A row means that the switch of this name is thrown.
switches = Table(
    "switches",
    metadata,
    id_column(),
    Column("name", String(32), nullable=False, unique=True),
    Column("thrown_at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
)
