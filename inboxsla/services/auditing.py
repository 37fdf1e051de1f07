"""The audit of each mailbox: its tickets read at one instant and added up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection

from inboxsla.domain.audit import Audit, Observed, Unseen, figures
from inboxsla.domain.clock import read_ticket
from inboxsla.domain.fold import standing
from inboxsla.domain.timeline import Event, Kind, Standing, Status
from inboxsla.errors import Refused
from inboxsla.services import blindness, foreseen
from inboxsla.services.ports import Ports
from inboxsla.storage import events, imported, mailboxes, messages, policies, records, tickets
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.policies import PolicyVersion

_PAGE = 500


def audits(ports: Ports, mailbox: str | None = None) -> tuple[Audit, ...]:
    """One audit for each mailbox (or the one named, connected and imported alike), as of now.

    Mailboxes that left the configuration are audited only when named. An imported mailbox stands still at its newest message. Raises Refused if no mailbox has that address.
    """
    now = ports.now()
    with ports.db.read() as conn:
        every = mailboxes.every(conn)
    boxes = [box for box in every if (box.retired_at is None if mailbox is None else box.address == mailbox)]
    if mailbox is not None and not boxes:
        known = ", ".join(dict.fromkeys(box.address for box in every))
        raise Refused(f"No mailbox {mailbox} is known here. Known: {known or 'none yet'}.")
    return tuple(_audit(ports, box, box.as_of or now) for box in boxes)


def _audit(ports: Ports, box: MailboxRow, at: datetime) -> Audit:
    with ports.db.read() as conn:
        used: dict[int, PolicyVersion] = {}
        span = messages.span(conn, box.id)
        unseen = _unseen(conn, ports, box, span[0] if span else at, at)
        in_the_dark = _InTheDark(unseen)
        found = figures(in_the_dark.passing(_observed(conn, box, at, used)))
        return Audit(
            mailbox=box.address,
            kind=box.kind,
            began_at=span[0] if span else None,
            as_of=at,
            policies=tuple(f"{used[each].name}, version {used[each].version}" for each in sorted(used)),
            messages=imported.count_by_kind(conn, box.id),
            kept_aside=records.count_kept_aside(conn, box.id),
            tickets=found.tickets,
            open=found.open,
            first_response=found.first_response,
            promises=found.promises,
            business_day=found.business_day,
            unseen=unseen,
            missed_unseen=in_the_dark.missed,
            foreseen=foreseen.counted(conn, box) if box.kind == "gmail" and not box.is_live else None,
        )


def _unseen(conn: Connection, ports: Ports, box: MailboxRow, begin: datetime, at: datetime) -> tuple[Unseen, ...]:
    spans = blindness.spans(conn, ports.settings, [box], begin, at, at)
    return tuple(Unseen(span.since, span.until) for span in spans)


class _InTheDark:
    """Counts, of tickets that pass, the promises that were missed while nothing of the mailbox was seen."""

    def __init__(self, unseen: Sequence[Unseen]) -> None:
        self._unseen, self.missed = unseen, 0

    def passing(self, observed: Iterable[Observed]) -> Iterator[Observed]:
        for ticket in observed:
            missed = [clock.due_at for clock in ticket.clocks if clock.breached and clock.due_at is not None]
            self.missed += sum(any(span.holds(due) for span in self._unseen) for due in missed)
            yield ticket


def _observed(conn: Connection, box: MailboxRow, at: datetime, used: dict[int, PolicyVersion]) -> Iterator[Observed]:
    """Every ticket that is on the board or was; not those in Spam or Trash, nor what is no ticket."""
    ids = tickets.ids_of(conn, box.id)
    for start in range(0, len(ids), _PAGE):
        some = ids[start : start + _PAGE]
        timelines, by_policy = events.timelines(conn, some), imported.policies_of(conn, some)
        for ticket_id in some:
            policy_id = by_policy[ticket_id]
            if policy_id not in used:
                used[policy_id] = policies.get(conn, policy_id)
            policy, timeline = used[policy_id].policy, timelines.get(ticket_id, ())
            later = policies.named_by(conn, timeline)
            facts = standing(timeline, policy.habits, at, {key: each.habits for key, each in later.items()})
            if not facts.away and facts.status is not Status.NOT_A_TICKET:
                clocks = read_ticket(facts, policy, at, later).clocks
                yield Observed(not facts.status.is_over, clocks, _astray(timelines.get(ticket_id, ()), facts))


def _astray(timeline: Iterable[Event], facts: Standing) -> int:
    """What staff wrote to a list or to colleagues only, in a thread with a customer."""
    if not facts.customers:
        return 0
    written = (event for event in timeline if event.kind is Kind.STAFF_WROTE)
    return sum(facts.customers.isdisjoint(event.data.get("to", ())) for event in written)
