"""Tables of what admins decide: people, teams, policies, and the configuration they come from."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from inboxsla.storage.tables import id_column, metadata, partial_index
from inboxsla.storage.types import Instant, Json

people = Table(
    "people",
    metadata,
    id_column(),
    Column("mailbox_id", ForeignKey("mailboxes.id", ondelete="CASCADE"), nullable=False),
    Column("address", String(320), nullable=False),
    Column("name", Text, nullable=False),
    Column("role", String(12), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    # Own working hours as `domain.policy` reads calendars; none: on duty whenever not absent.
    Column("calendar", Json),
    Column("skills", Json, nullable=False, server_default="[]"),
    Column("capacity", Integer),
    Column("absences", Json, nullable=False, server_default="[]"),
    CheckConstraint("role IN ('agent','lead','admin')", name="role"),
    UniqueConstraint("mailbox_id", "address"),
    Index("ix_people_address", "address"),
)

# What admins decided, whole and immutable: calendars, policies, rules, people, teams. The newest is in force.
configurations = Table(
    "configurations",
    metadata,
    id_column(),
    Column("version", Integer, nullable=False, unique=True),
    Column("body", Json, nullable=False),
    Column("actor", Text, nullable=False),
    Column("saved_at", Instant, nullable=False),
    # Whether open tickets get it too; if so, up to which ticket id that was done, and when it was done for all.
    Column("open_too", Boolean, nullable=False, server_default=text("false")),
    Column("rolled_to", Integer, nullable=False, server_default=text("0")),
    Column("rolled_at", Instant),
)

teams = Table(
    "teams",
    metadata,
    id_column(),
    Column("name", String(64), nullable=False, unique=True),
    Column("body", Json, nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    # Who was given a ticket last (id in people), 0 before the first.
    Column("turn", Integer, nullable=False, server_default=text("0")),
    # When somebody of the team comes on duty while tickets wait.
    Column("wake_at", Instant),
    partial_index("ix_teams_wake_at", "wake_at", where="wake_at IS NOT NULL"),
)

policies = Table(
    "policies",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    # The policy with its calendar, as plain data; immutable, so that a number said once can be explained for ever.
    Column("body", Json, nullable=False),
    Column("saved_at", Instant, nullable=False),
    UniqueConstraint("name", "version"),
)
