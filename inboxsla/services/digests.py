"""The mail in the morning: to each person once a local date at most, when their duty begins, if there is something to say."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy import Connection

from inboxsla.domain.clock import ClockReading
from inboxsla.domain.duty import on_duty
from inboxsla.domain.morning import day_before, local_date, midnight, morning
from inboxsla.domain.people import Person
from inboxsla.domain.speech import English
from inboxsla.notify.compose import compose_digest
from inboxsla.notify.digest import Digest, Line, Listed
from inboxsla.services import links, mail_rules, stopping, ways, writing
from inboxsla.services.looking import Look, look
from inboxsla.services.mail_rules import MailRules
from inboxsla.services.ports import Ports
from inboxsla.storage import digests, envelopes, mail_choices, mailboxes, people, tickets, unreachable
from inboxsla.storage.digests import Found, Scope
from inboxsla.storage.mail_choices import USUAL
from inboxsla.storage.mailboxes import MailboxRow

log = structlog.get_logger()

# A morning that is told later than this is no morning any more.
LATEST = timedelta(hours=4)
_LINES, _LOOKED_AT = 15, 200


@dataclass(frozen=True, slots=True)
class Due:
    """Somebody whose morning has come. `boxes` are the live mailboxes they work in, each with "lead" where they lead and "agent"
    where they do not; the first one's are their zone and hours, and it sends the mail.
    """

    person: Person
    day: date
    boxes: tuple[tuple[MailboxRow, str], ...]


def mailboxes_due(ports: Ports) -> list[int]:
    """The mailboxes through which a morning is to be told now."""
    with ports.db.read() as conn:
        return sorted({due.boxes[0][0].id for due in _due(conn, ports)})


def compose(ports: Ports, mailbox_id: int) -> int:
    """Compose the mornings that are told through a mailbox. Returns how many mails."""
    with ports.db.read() as conn:
        found = [due for due in _due(conn, ports) if due.boxes[0][0].id == mailbox_id]
    return sum(_tell(ports, due) for due in found)


def _due(conn: Connection, ports: Ports) -> list[Due]:
    now = ports.now()
    if writing.is_stopped(conn):
        return []
    staff = _staff(conn)
    told = digests.newest_days(conn, list(staff), (now - timedelta(days=2)).date())
    waiting = {
        address: Due(person, local_date(now, person.zone), boxes)
        for address, (person, boxes) in staff.items()
        if told.get(address, date.min) < local_date(now, person.zone)
    }
    due = [each for each in waiting.values() if _has_come(each, now)]
    return _wanted(conn, ports, due) if due else []


def _staff(conn: Connection) -> dict[str, tuple[Person, tuple[tuple[MailboxRow, str], ...]]]:
    """Everybody in live mailboxes by address, as the first of those lists them."""
    found: dict[str, tuple[Person, tuple[tuple[MailboxRow, str], ...]]] = {}
    for box in mailboxes.every(conn):
        listed = people.of_mailbox(conn, box.id) if box.is_live and box.retired_at is None else []
        # Where nobody leads, admins take the place of leads.
        leading = {"lead"} if any(person.role == "lead" for person in listed) else {"admin"}
        for person in listed:
            first, boxes = found.get(person.address, (person, ()))
            found[person.address] = (first, (*boxes, (box, "lead" if person.role in leading else "agent")))
    return found


def _has_come(due: Due, now: datetime) -> bool:
    begins = morning(due.person, due.day)
    return begins is not None and begins <= now < begins + LATEST and on_duty(due.person, now)


def _wanted(conn: Connection, ports: Ports, due: Sequence[Due]) -> list[Due]:
    """Without those who want none, and those whose mails come back."""
    rules, lost = mail_rules.of(conn, ports.settings), unreachable.addresses(conn)
    choices = mail_choices.every(conn, [each.person.address for each in due])
    return [
        each
        for each in due
        if each.person.address not in lost and wants(choices.get(each.person.address, USUAL), rules)
    ]


def wants(choice: mail_choices.Choice, rules: MailRules) -> bool:
    return rules.digest if choice.digest is None else choice.digest


def _tell(ports: Ports, due: Due) -> int:
    """One transaction writes down that this morning is told, and the mail that tells it: both, or neither."""
    now = ports.now()
    with ports.db.read() as conn:
        digest = _digest(conn, ports, due, now)
    say, box = English(due.person.zone), due.boxes[0][0]
    with ports.db.write() as conn:
        digest_id = digests.begin(conn, due.person.address, due.day, now)
        if digest_id is None or not digest:
            return 0
        letter, way = compose_digest(digest, say), ways.in_force(ports.settings)
        raw = letter.raw.decode("ascii")
        envelope_id = envelopes.compose(
            conn, box.id, digest.marker, due.person.address, letter.subject, raw, now, way=str(way)
        )
        digests.enclose(conn, digest_id, envelope_id)
    log.info("morning told", mailbox=box.id, envelope=envelope_id)
    return 1


def _digest(conn: Connection, ports: Ports, due: Due, now: datetime) -> Digest:
    person, settings, box = due.person, ports.settings, due.boxes[0][0]
    since = day_before(person, due.day)
    tonight = midnight(due.day + timedelta(days=1), person.zone)
    scopes = [Scope(each.id, None if role == "lead" else person.address) for each, role in due.boxes]
    missed = _missed(conn, scopes, (midnight(since, person.zone), midnight(due.day, person.zone)), now)
    today = digests.due_between(conn, scopes, now, tonight, _LINES)
    risk = digests.at_risk(conn, scopes, now, tonight, _LOOKED_AT)
    told = {seen.ticket.id for seen, _ in missed}
    first = [ticket_id for ticket_id in risk.ids if ticket_id not in told]
    rest = Found(first[:_LINES], risk.count - (len(risk.ids) - len(first)))
    return Digest(
        marker=secrets.token_hex(12),
        mailbox=box.address,
        recipient=person.address,
        recipient_name=person.name,
        zone=person.zone,
        day=due.day,
        since=since,
        today=_listed(conn, ports, today, now),
        risk=_listed(conn, ports, rest, now),
        missed=Listed(tuple(_line(ports, seen, clock) for seen, clock in missed[:_LINES]), len(missed)),
        composed_at=now,
        mailboxes=tuple(each.address for each, _ in due.boxes),
        stop_url=stopping.url(conn, ports, box.id, person.address),
        choose_url=links.mails_url(settings),
        board_url=links.board_url(settings),
        sender_name=settings.notify.sender_name,
        sender=ways.in_force(settings).sender,
    )


def _listed(conn: Connection, ports: Ports, found: Found, now: datetime) -> Listed:
    by_id = _looks(conn, found.ids, now)
    return Listed(tuple(_line(ports, by_id[each]) for each in found.ids if each in by_id), found.count)


def _missed(
    conn: Connection, scopes: Sequence[Scope], span: tuple[datetime, datetime], now: datetime
) -> list[tuple[Look, ClockReading]]:
    """Each ticket once, with the promise it missed within `span`, the latest first; at most as many as are looked at."""
    maybe = digests.maybe_missed(conn, scopes, span[0], _LOOKED_AT)
    found = [(seen, clock) for seen in _looks(conn, maybe, now).values() for clock in _misses(seen, span)]
    once = {seen.ticket.id: (seen, clock) for seen, clock in found}
    return sorted(once.values(), key=lambda each: (each[1].due_at, each[0].ticket.id), reverse=True)


def _misses(seen: Look, span: tuple[datetime, datetime]) -> Iterator[ClockReading]:
    for clock in seen.view.clocks:
        due = clock.reading.due_at
        if clock.reading.breached and due is not None and span[0] <= due < span[1]:
            yield clock.reading


def _looks(conn: Connection, ticket_ids: Sequence[int], now: datetime) -> Mapping[int, Look]:
    return {seen.ticket.id: seen for seen in look(conn, tickets.load_many(conn, ticket_ids), now)}


def _line(ports: Ports, seen: Look, missed: ClockReading | None = None) -> Line:
    return Line(seen.view, links.gmail_url(ports.settings, seen.mailbox.address, seen.ticket.thread_id), missed)
