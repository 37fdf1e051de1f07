"""Tables of who is signed in to the pages, and of the links that sign in once."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, String, Table, text

from inboxsla.storage.tables import id_column, metadata
from inboxsla.storage.types import Instant

sessions = Table(
    "sessions",
    metadata,
    id_column(),
    # Of the token in the browser's cookie, so that a copy of the database opens nothing.
    Column("digest", String(64), nullable=False, unique=True),
    # Whose it is; empty for whoever sets InboxSLA up while there is no admin.
    Column("address", String(320), nullable=False),
    Column("how", String(8), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    # When it ends however much it is used.
    Column("ends_at", Instant, nullable=False),
    # The browser in a few words, so that its owner knows it again.
    Column("agent", String(80), nullable=False),
    CheckConstraint("how IN ('google','link','demo')", name="how"),
    Index("ix_sessions_address", "address"),
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    id_column(),
    Column("digest", String(64), nullable=False, unique=True),
    # Whom it signs in; empty: whoever administers InboxSLA when it is used.
    Column("address", String(320), nullable=False, server_default=text("''")),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)
