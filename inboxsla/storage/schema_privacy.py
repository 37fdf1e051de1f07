"""Tables of what must be remembered to keep people's data away: who was forgotten, and who allowed figures about people."""

from __future__ import annotations

from sqlalchemy import Column, Date, String, Table, Text

from inboxsla.storage.tables import id_column, metadata
from inboxsla.storage.types import Instant

# People who were forgotten, by a hash of their address under a key that is not in the database.
forgotten = Table(
    "forgotten",
    metadata,
    id_column(),
    Column("digest", String(64), nullable=False, unique=True),
    Column("key_id", String(32), nullable=False),
    # Mail up to then is kept without text; what they write later is new.
    Column("forgotten_at", Instant, nullable=False),
)

# Who allowed figures about single persons. The newest counts, as long as it is not revoked.
approvals = Table(
    "approvals",
    metadata,
    id_column(),
    Column("approved_by", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("approved_on", Date, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("revoked_at", Instant),
    Column("revoked_by", Text),
)
