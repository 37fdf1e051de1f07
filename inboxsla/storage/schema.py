"""Every table, once. Migrations must lead to exactly this (a test compares them)."""

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

from inboxsla.storage.schema_access import consents, credentials, switches
from inboxsla.storage.schema_labels import label_commands
from inboxsla.storage.schema_mails import envelopes
from inboxsla.storage.schema_notes import notes, own_absences
from inboxsla.storage.schema_privacy import approvals, forgotten
from inboxsla.storage.schema_relistings import relistings
from inboxsla.storage.schema_sessions import sessions, sign_in_links
from inboxsla.storage.schema_setup import configurations, people, policies, teams
from inboxsla.storage.schema_staff_mails import digests, mail_choices, unreachable
from inboxsla.storage.schema_watching import blind_spans, watches
from inboxsla.storage.schema_ways import alarm_mails, closed_ways, senders, told_alarms, way_tests
from inboxsla.storage.tables import id_column, metadata, partial_index
from inboxsla.storage.types import Instant, Json

__all__ = [
    "alarms",
    "approvals",
    "audit",
    "blind_spans",
    "closed_ways",
    "configurations",
    "consents",
    "credentials",
    "digests",
    "envelopes",
    "events",
    "first_readings",
    "forgotten",
    "kept_aside",
    "label_commands",
    "mail_choices",
    "mailboxes",
    "messages",
    "metadata",
    "notes",
    "outbox",
    "own_absences",
    "people",
    "policies",
    "relistings",
    "sessions",
    "sign_in_links",
    "switches",
    "teams",
    "tickets",
    "alarm_mails",
    "senders",
    "told_alarms",
    "unreachable",
    "way_tests",
    "watches",
]

mailboxes = Table(
    "mailboxes",
    metadata,
    id_column(),
    Column("address", String(320), nullable=False),
    # "gmail" is connected; "import" is a mailbox file, frozen at `as_of`, which never causes mail or labels.
    Column("kind", String(12), nullable=False),
    Column("mode", String(12), nullable=False),
    Column("live_since", Instant),
    Column("as_of", Instant),
    Column("aliases", Json, nullable=False),
    Column("own_lists", Json, nullable=False),
    # Further addresses the account sends under, as Gmail told at `send_as_at`.
    Column("send_as", Json, nullable=False, server_default="[]"),
    Column("send_as_at", Instant),
    # New tickets get the newest version of the policy of this name.
    Column("policy_name", Text, nullable=False, server_default="Default"),
    # Which labels of Gmail are ours: our keys → Gmail's label id, or that with the name and colours we gave it last; and when
    # they were last compared with Gmail's list.
    Column("label_ids", Json, nullable=False),
    Column("labels_checked_at", Instant),
    Column("history_id", Text),
    Column("sync_lease_until", Instant),
    Column("sync_lease_by", String(64)),
    # Somebody rang for a sync, and none has begun since. The ticker rings again: Redis may have lost it, or been away.
    Column("rung_at", Instant),
    # Begin of the newest sync that read everything there was; what envelopes of unknown outcome wait for.
    Column("last_sync_begun_at", Instant),
    Column("last_sync_at", Instant),
    Column("sync_error", Text),
    Column("access_lost_at", Instant),
    Column("retry_after", Instant),
    # How often in a row it could not be read.
    Column("failures", Integer, nullable=False, server_default=text("0")),
    # Who was given a ticket of no team last (id in people), 0 before the first.
    Column("assigned_turn", Integer, nullable=False, server_default=text("0")),
    # When tickets of no team can next be handed out: somebody comes on duty.
    Column("wake_at", Instant),
    # Since when a connected mailbox is not in the configuration any more; then nothing is read or sent.
    Column("retired_at", Instant),
    # Gmail's label ids → names, for rules that ask about labels.
    Column("label_names", Json, nullable=False, server_default="{}"),
    CheckConstraint("kind IN ('gmail','import')", name="kind"),
    CheckConstraint("mode IN ('observed','live')", name="mode"),
    UniqueConstraint("kind", "address"),
)

# One row for each connected mailbox once its first reading has begun.
first_readings = Table(
    "first_readings",
    metadata,
    Column("mailbox_id", ForeignKey("mailboxes.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("begun_at", Instant, nullable=False),
    # Threads older than this are left unread.
    Column("edge", Instant, nullable=False),
    # Everything newer than this is read.
    Column("reached", Instant, nullable=False),
    Column("page_token", Text),
    Column("checking", Boolean, nullable=False, server_default=text("false")),
    Column("finished_at", Instant),
)

tickets = Table(
    "tickets",
    metadata,
    id_column(),
    Column("mailbox_id", ForeignKey("mailboxes.id", ondelete="CASCADE"), nullable=False),
    Column("thread_id", String(128), nullable=False),
    # The version the ticket began with; what applies since is said by its events.
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
    # Owner labels we put on whose echo no sync has shown yet: label id → when (ISO).
    Column("label_echoes", Json, nullable=False, server_default="{}"),
    # The policy version in force, None while it is `policy_id`; and what rules and people said about the ticket.
    Column("policy_now_id", Integer),
    Column("team", String(64), nullable=False, server_default=text("''")),
    Column("tags", Json, nullable=False, server_default="[]"),
    Column("tier", String(64), nullable=False, server_default=text("''")),
    Column("channel", String(64), nullable=False, server_default=text("''")),
    Column("rule", Text, nullable=False, server_default=text("''")),
    # Since when a ticket that is over has had text that is still kept; when its text was erased last.
    Column("text_since", Instant),
    Column("erased_at", Instant),
    # "age" or "person": why it was erased.
    Column("erased_for", String(12)),
    UniqueConstraint("mailbox_id", "thread_id"),
    partial_index("ix_tickets_erased_at", "erased_at", where="erased_at IS NOT NULL"),
    partial_index("ix_tickets_text_since", "mailbox_id", "text_since", where="text_since IS NOT NULL"),
    partial_index("ix_tickets_ring_at", "ring_at", where="ring_at IS NOT NULL"),
    partial_index("ix_tickets_ring_at_of", "mailbox_id", "ring_at", where="ring_at IS NOT NULL"),
    Index("ix_tickets_label_due", "mailbox_id", sqlite_where=text("label_due = 1"), postgresql_where=text("label_due")),
    partial_index(
        "ix_tickets_unowned",
        "mailbox_id",
        "team",
        "due_at",
        where="owner IS NULL AND status = 'open' AND due_at IS NOT NULL",
    ),
    Index("ix_tickets_board", "mailbox_id", "status", "due_at"),
    Index("ix_tickets_owner", "mailbox_id", "owner"),
    Index("ix_tickets_requester", "mailbox_id", "requester"),
)

events = Table(
    "events",
    metadata,
    id_column(),
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
    id_column(),
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
    # When its text, and who outside wrote and got it, were erased.
    Column("erased_at", Instant),
    UniqueConstraint("mailbox_id", "gmail_id"),
    partial_index("ix_messages_with_text", "mailbox_id", "internal_at", where="erased_at IS NULL"),
    Index("ix_messages_thread", "mailbox_id", "thread_id"),
    Index("ix_messages_rfc_id", "mailbox_id", "rfc_id"),
)

outbox = Table(
    "outbox",
    metadata,
    id_column(),
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
    partial_index("ix_outbox_owed", "not_before", where="state = 'owed'"),
    partial_index("ix_outbox_owed_of", "mailbox_id", "not_before", "act", where="state = 'owed'"),
    Index("ix_outbox_act", "act", "mailbox_id", "owed_at"),
    Index("ix_outbox_ticket", "ticket_id"),
    Index("ix_outbox_envelope", "envelope_id"),
)

kept_aside = Table(
    "kept_aside",
    metadata,
    id_column(),
    Column("mailbox_id", ForeignKey("mailboxes.id", ondelete="CASCADE"), nullable=False),
    Column("source", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("learned_at", Instant, nullable=False),
    UniqueConstraint("mailbox_id", "source"),
)

audit = Table(
    "audit",
    metadata,
    id_column(),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("before", Json),
    Column("after", Json),
    # What changed in sentences, where the data is large.
    Column("words", Json),
    Index("ix_audit_at", "at"),
    Index("ix_audit_actor", "actor"),
)

alarms = Table(
    "alarms",
    metadata,
    id_column(),
    # One open alarm per key, however often its cause repeats.
    Column("key", String(200), nullable=False, unique=True),
    Column("mailbox_id", ForeignKey("mailboxes.id", ondelete="CASCADE")),
    Column("words", Text, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
)
