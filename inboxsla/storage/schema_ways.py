"""Tables of the ways out that are no mailbox: accounts that only send, mails about alarms, and when a way was last tried."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Integer, String, Table, Text, UniqueConstraint, text

from inboxsla.storage.tables import id_column, metadata, partial_index
from inboxsla.storage.types import Instant, Json

# Gmail accounts that mails go out through and that are never read; otherwise like `credentials`.
senders = Table(
    "senders",
    metadata,
    id_column(),
    Column("address", String(320), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("sealed", Text, nullable=False),
    Column("key_id", String(32), nullable=False),
    Column("scopes", Json, nullable=False),
    Column("account", Text, nullable=False),
    Column("connected_at", Instant, nullable=False),
    Column("connected_by", Text, nullable=False),
    CheckConstraint("kind IN ('user','service_account')", name="kind"),
)

# What each person was told of which alarm, until they were told that it is over.
told_alarms = Table(
    "told_alarms",
    metadata,
    id_column(),
    Column("key", String(200), nullable=False),
    Column("recipient", String(320), nullable=False),
    Column("words", Text, nullable=False),
    Column("told_at", Instant, nullable=False),
    # Since when it is not there any more.
    Column("gone_at", Instant),
    UniqueConstraint("key", "recipient"),
)

alarm_mails = Table(
    "alarm_mails",
    metadata,
    id_column(),
    Column("marker", String(64), nullable=False, unique=True),
    Column("recipient", String(320), nullable=False),
    Column("way", String(340), nullable=False),
    Column("subject", Text, nullable=False),
    # RFC 5322 text exactly as it goes out, however often it is tried.
    Column("raw", Text, nullable=False),
    Column("state", String(12), nullable=False),
    Column("composed_at", Instant, nullable=False),
    Column("try_after", Instant, nullable=False),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("sent_at", Instant),
    Column("reason", Text),
    CheckConstraint("state IN ('composed','sent','failed')", name="state"),
    partial_index("ix_alarm_mails_open", "try_after", where="state = 'composed'"),
)

# Ways that nothing is sent by before an instant: whoever found one closed spares all others the wait.
closed_ways = Table(
    "closed_ways",
    metadata,
    id_column(),
    Column("way", String(340), nullable=False, unique=True),
    Column("until", Instant, nullable=False),
)

# The newest test mail of each way.
way_tests = Table(
    "way_tests",
    metadata,
    id_column(),
    # The way with everything that a change of settings would change.
    Column("way", Text, nullable=False, unique=True),
    Column("tested_at", Instant, nullable=False),
    Column("worked", Boolean, nullable=False),
    Column("words", Text, nullable=False),
)
