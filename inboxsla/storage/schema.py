"""Every table, once. Migrations must lead to exactly this (a test compares them)."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from inboxsla.storage.types import Instant, Json

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True, autoincrement=True)


def _partial(name: str, *columns: str, where: str) -> Index:
    """An index of the few rows that `where` (SQL that means the same everywhere) leaves. Queries must repeat it literally."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


mailboxes = Table(
    "mailboxes",
    metadata,
    _id(),
    Column("address", String(320), nullable=False),
    # "gmail" is connected; "import" is a mailbox file, frozen at `as_of`, which never causes mail or labels.
    Column("kind", String(12), nullable=False),
    Column("mode", String(12), nullable=False),
    Column("live_since", Instant),
    Column("as_of", Instant),
    Column("aliases", Json, nullable=False),
    Column("own_lists", Json, nullable=False),
    # New tickets get the newest version of the policy of this name.
    Column("policy_name", Text, nullable=False, server_default="Default"),
    Column("label_ids", Json, nullable=False),
    Column("history_id", Text),
    Column("sync_lease_until", Instant),
    Column("sync_lease_by", String(64)),
    # Begin of the newest sync that read everything there was; what envelopes of unknown outcome wait for.
    Column("last_sync_begun_at", Instant),
    Column("last_sync_at", Instant),
    Column("sync_error", Text),
    Column("access_lost_at", Instant),
    Column("retry_after", Instant),
    Column("assigned_turn", Integer, nullable=False, server_default=text("0")),
    CheckConstraint("kind IN ('gmail','import')", name="kind"),
    CheckConstraint("mode IN ('observed','live')", name="mode"),
    UniqueConstraint("kind", "address"),
)

people = Table(
    "people",
    metadata,
    _id(),
    Column("mailbox_id", ForeignKey("mailboxes.id", ondelete="CASCADE"), nullable=False),
    Column("address", String(320), nullable=False),
    Column("name", Text, nullable=False),
    Column("role", String(12), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    CheckConstraint("role IN ('agent','lead','admin')", name="role"),
    UniqueConstraint("mailbox_id", "address"),
)

policies = Table(
    "policies",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    # The policy with its calendar, as plain data; immutable, so that a number said once can be explained for ever.
    Column("body", Json, nullable=False),
    Column("saved_at", Instant, nullable=False),
    UniqueConstraint("name", "version"),
)

tickets = Table(
    "tickets",
    metadata,
    _id(),
    Column("mailbox_id", ForeignKey("mailboxes.id", ondelete="CASCADE"), nullable=False),
    Column("thread_id", String(128), nullable=False),
    Column("policy_id", ForeignKey("policies.id"), nullable=False),
    # From here on: the projection of the timeline, written by `settle` alone and rebuildable.
    Column("version", Integer, nullable=False, server_default=text("0")),
    Column("subject", Text, nullable=False),
    Column("requester", Text, nullable=False),
    Column("requester_name", Text, nullable=False),
    Column("owner", String(320)),
    Column("status", String(24), nullable=False),
    Column("priority", String(12), nullable=False),
    Column("urgency", String(12), nullable=False),
    Column("metric", String(24)),
    Column("due_at", Instant),
    Column("breached", Boolean, nullable=False, server_default=text("false")),
    Column("opened_at", Instant, nullable=False),
    Column("waiting_since", Instant),
    Column("last_activity", Instant),
    Column("wake_at", Instant),
    # When the ticker rings: `wake_at`, or half a minute after it rang last. Indexed in place of `wake_at`, because rows
    # that were rung just now must not be passed over again and again while a backlog is worked off.
    Column("ring_at", Instant),
    Column("label_wanted", String(12)),
    # True while Gmail may differ from `label_wanted`; the index below finds the work.
    Column("label_due", Boolean, nullable=False, server_default=text("false")),
    Column("label_lease_until", Instant),
    UniqueConstraint("mailbox_id", "thread_id"),
    _partial("ix_tickets_ring_at", "ring_at", where="ring_at IS NOT NULL"),
    Index("ix_tickets_label_due", "mailbox_id", sqlite_where=text("label_due = 1"), postgresql_where=text("label_due")),
    _partial(
        "ix_tickets_unowned", "mailbox_id", "due_at", where="owner IS NULL AND status = 'open' AND due_at IS NOT NULL"
    ),
    Index("ix_tickets_board", "mailbox_id", "status", "due_at"),
    Index("ix_tickets_owner", "mailbox_id", "owner"),
)

events = Table(
    "events",
    metadata,
    _id(),
    Column("ticket_id", ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False),
    Column("source", String(200), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("happened_at", Instant, nullable=False),
    Column("learned_at", Instant, nullable=False),
    Column("actor", String(320)),
    Column("data", Json, nullable=False),
    UniqueConstraint("ticket_id", "source"),
)

messages = Table(
    "messages",
    metadata,
    _id(),
    Column("mailbox_id", ForeignKey("mailboxes.id", ondelete="CASCADE"), nullable=False),
    Column("gmail_id", String(128), nullable=False),
    Column("thread_id", String(128), nullable=False),
    Column("rfc_id", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("kind_reason", Text, nullable=False),
    Column("internal_at", Instant, nullable=False),
    Column("sender", Text, nullable=False),
    Column("sender_name", Text, nullable=False),
    Column("recipients", Json, nullable=False),
    Column("subject", Text, nullable=False),
    Column("excerpt", Text, nullable=False),
    Column("headers", Json, nullable=False),
    Column("labels", Json, nullable=False),
    Column("gone", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("mailbox_id", "gmail_id"),
    Index("ix_messages_thread", "mailbox_id", "thread_id"),
    Index("ix_messages_rfc_id", "mailbox_id", "rfc_id"),
)

outbox = Table(
    "outbox",
    metadata,
    _id(),
    # ticket / metric / cycle / step / act / arming / repeat: the same act is never owed twice.
    Column("key", String(400), nullable=False, unique=True),
    Column("mailbox_id", ForeignKey("mailboxes.id", ondelete="CASCADE"), nullable=False),
    Column("ticket_id", ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False),
    Column("act", String(32), nullable=False),
    Column("role", String(16), nullable=False),
    Column("data", Json, nullable=False),
    Column("state", String(12), nullable=False),
    Column("not_before", Instant, nullable=False),
    Column("owed_at", Instant, nullable=False),
    Column("done_at", Instant),
    Column("outcome", Text),
    Column("envelope_id", ForeignKey("envelopes.id")),
    CheckConstraint("state IN ('owed','enclosed','done','dropped')", name="state"),
    _partial("ix_outbox_owed", "not_before", where="state = 'owed'"),
    Index("ix_outbox_ticket", "ticket_id"),
    Index("ix_outbox_envelope", "envelope_id"),
)

envelopes = Table(
    "envelopes",
    metadata,
    _id(),
    Column("marker", String(64), nullable=False, unique=True),
    Column("mailbox_id", ForeignKey("mailboxes.id", ondelete="CASCADE"), nullable=False),
    Column("recipient", String(320), nullable=False),
    Column("subject", Text, nullable=False),
    # RFC 5322 text exactly as it will be sent: what was composed is what goes out, however often we try.
    Column("raw", Text, nullable=False),
    Column("state", String(12), nullable=False),
    Column("composed_at", Instant, nullable=False),
    Column("tried_at", Instant),
    Column("try_after", Instant, nullable=False),
    Column("lease_until", Instant),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("sent_at", Instant),
    Column("gmail_id", String(128)),
    Column("reason", Text),
    CheckConstraint("state IN ('composed','sending','unknown','sent','failed')", name="state"),
    _partial("ix_envelopes_open", "try_after", where="state IN ('composed','sending','unknown')"),
)

kept_aside = Table(
    "kept_aside",
    metadata,
    _id(),
    Column("mailbox_id", ForeignKey("mailboxes.id", ondelete="CASCADE"), nullable=False),
    Column("source", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("learned_at", Instant, nullable=False),
    UniqueConstraint("mailbox_id", "source"),
)

audit = Table(
    "audit",
    metadata,
    _id(),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("before", Json),
    Column("after", Json),
)

alarms = Table(
    "alarms",
    metadata,
    _id(),
    # One open alarm per key, however often its cause repeats.
    Column("key", String(200), nullable=False, unique=True),
    Column("mailbox_id", ForeignKey("mailboxes.id", ondelete="CASCADE")),
    Column("words", Text, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    _id(),
    Column("digest", String(64), nullable=False, unique=True),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)
