"""What `inboxsla doctor` looks at: is everything there, and do the stored figures equal what the events add up to?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from inboxsla.config.program import typed
from inboxsla.domain.decide import decide
from inboxsla.domain.speech import NBSP, Dated, English, Speech
from inboxsla.errors import InboxSLAError
from inboxsla.services import access, blindness, dead_hours, in_force, queries, watching, writing
from inboxsla.services.ports import Ports
from inboxsla.services.settle import projection
from inboxsla.storage import credentials, events, mailboxes, policies, records, tickets
from inboxsla.storage.mailboxes import MailboxRow

_UNSEEN_SHOWN = timedelta(days=7)
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Line:
    ok: bool
    words: str


def health(ports: Ports) -> Iterator[Line]:
    """Database, Redis, mailboxes, alarms: one line each."""
    ports.db.ping()
    say = Dated(English(in_force.zone(ports)))
    yield Line(True, f"The database answers ({ports.db.place}).")
    if ports.settings.redis_url:
        try:
            ports.bell.ping()
            yield Line(True, "Redis answers.")
        except InboxSLAError as away:
            yield Line(False, f"{away} Until it is back the ticker does the work itself.")
    else:
        yield Line(True, f"Redis is embedded: `{typed('run')}` starts it.")
    yield Line(True, in_force.said(ports))
    if stopped := writing.said(ports):
        yield Line(
            False, f"{stopped}. Reading goes on; what is owed waits. `{typed('resume-writing')}` lets it go out."
        )
    with ports.db.read() as conn:
        boxes = mailboxes.every(conn)
        never_due = dead_hours.without_hours(conn, ports, ports.now()).values()
        alarms = records.open_alarms(conn, ports.now() - queries.ALARM_SHOWN)
        opened = credentials.every(conn)
        reading = queries.progress(conn, ports.now())
        kept = {box.id: len(tickets.ids_of(conn, box.id)) for box in boxes if box.retired_at is not None}
    if len(kept) == len(boxes):
        yield Line(
            False,
            f"No mailbox is known. Connect one with `{typed('connect')} ADDRESS`, or read a file with `{typed('import')}`.",
        )
    for box in boxes:
        if box.kind == "import":
            stands = f", as it stood {_moment(box.as_of, say)}" if box.as_of else ""
            yield Line(True, f"{box.address} (imported) was read from a file{stands}.")
        elif box.retired_at is not None:
            yield Line(True, _retired(box, kept[box.id]))
        elif box.sync_error:
            yield Line(False, f"{box.address} ({box.mode}): {box.sync_error}")
        elif box.id not in opened and box.last_sync_at is None and not ports.settings.demo:
            yield Line(False, f"{box.address} is not connected: `{typed(f'connect {box.address}')}`.")
        elif box.id in opened and (wrong := access.complaint(ports.settings, opened[box.id], box.address)):
            yield Line(False, f"{box.address} ({box.mode}): {wrong}")
        else:
            when = f"read last {_moment(box.last_sync_at, say)}" if box.last_sync_at else "not read yet"
            yield Line(True, f"{box.address} is {box.mode}, {when}.")
        if box.retired_at is None and box.id in reading:
            so_far = reading[box.id].words(say).replace(NBSP, " ")
            yield Line(True, f"{box.address} is being read for the first time: {so_far}. New mail is read meanwhile.")
    yield from _told(ports, say)
    yield from _unseen(ports, boxes, say)
    for words in dict.fromkeys([*never_due, *alarms]):
        yield Line(False, words)


def _told(ports: Ports, say: Speech) -> Iterator[Line]:
    """Whether notices of each mailbox's news come, where they should."""
    for is_told, address, until, last in watching.told(ports):
        when = f"the last notice came {_moment(last, say)}" if last else "no notice has come yet"
        if is_told and until is not None:
            yield Line(True, f"Gmail tells us about new mail in {address} until {_moment(until, say)}; {when}.")
        else:
            yield Line(
                False, f"Gmail does not tell us about new mail in {address}; it is polled. docs/pushing.md says more."
            )


def _unseen(ports: Ports, boxes: Sequence[MailboxRow], say: Speech) -> Iterator[Line]:
    """Spans of the last week in which nothing of a mailbox was seen; only one that lasts is a problem."""
    now, addresses = ports.now(), {box.id: box.address for box in boxes}
    with ports.db.read() as conn:
        spans = blindness.spans(conn, ports.settings, boxes, now - _UNSEEN_SHOWN, now, now)
    for span in spans:
        since = _moment(span.since, say)
        if span.until is None:
            yield Line(
                False, f"{addresses[span.mailbox_id]} has not been seen since {since}; see the lines above for why."
            )
        else:
            yield Line(True, f"{addresses[span.mailbox_id]} was not seen from {since} to {_moment(span.until, say)}.")


def _retired(box: MailboxRow, kept: int) -> str:
    brought = "1 ticket it brought is" if kept == 1 else f"{kept:,} tickets it brought are"
    how = f"`{typed(f'disconnect {box.address}')}` deletes it with them."
    return f"{box.address} left the configuration: it is not read, nothing is sent, and the {brought} kept apart. {how}"


def _moment(at: datetime, say: Speech) -> str:
    return say.moment(at, at).replace(NBSP, " ")


def compare(ports: Ports) -> Iterator[Line]:
    """Fold every ticket anew and compare it with its row; whatever differs is named. Nothing is written."""
    now = ports.now()
    compared, wrong = 0, 0
    with ports.db.read() as conn:
        for box in mailboxes.every(conn):
            for ticket_id in tickets.ids_of(conn, box.id):
                row = tickets.load(conn, ticket_id)
                # A row whose wake has come is allowed to be behind: its reading was promised until just before.
                behind = row.wake_at is not None and row.wake_at <= now
                at = box.as_of or (row.wake_at - _INSTANT if behind and row.wake_at else now)
                timeline = events.timeline(conn, ticket_id)
                decision = decide(
                    timeline,
                    policies.get(conn, row.policy_id).policy,
                    at,
                    box.live_since if box.is_live else None,
                    policies.named_by(conn, timeline),
                )
                differs = [name for name, value in projection(decision, box).items() if getattr(row, name) != value]
                compared += 1
                if differs:
                    wrong += 1
                    yield Line(False, f"Ticket {ticket_id} differs from its events in {', '.join(sorted(differs))}.")
    if not wrong:
        every = "1 ticket equals what its" if compared == 1 else f"All {compared:,} tickets equal what their"
        yield Line(True, f"{every} events add up to." if compared else "There are no tickets to compare yet.")
