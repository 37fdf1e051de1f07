"""The panel without a thread: what needs somebody, today's figures, and search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from inboxsla.domain.clock import Urgency
from inboxsla.domain.ticket_view import name_of
from inboxsla.errors import Refused
from inboxsla.services import blindness
from inboxsla.services.panel_views import Home, QueueLine
from inboxsla.services.ports import Ports
from inboxsla.services.viewers import Viewer
from inboxsla.speech import BabelSpeech
from inboxsla.storage import mailboxes, panel, people
from inboxsla.storage.tickets import TicketRow

_EACH, _FOUND = 6, 15
_SHORTEST, _LONGEST = 2, 200


def home(ports: Ports, viewer: Viewer, say: BabelSpeech) -> Home:
    """`say` is in the reader's zone, whose midnights today's figures are counted between."""
    now, boxes = ports.now(), viewer.roles.keys()
    begin, end = _today(now, say.zone)
    with ports.db.read() as conn:
        every = [box for box in mailboxes.every(conn) if viewer.may_see(box.id)]
        names = {box.id: people.names(conn, box.id) for box in every}
        if viewer.is_mailbox:
            mine = panel.every_open(conn, boxes, _EACH)
        else:
            mine = panel.mine(conn, boxes, viewer.address, _EACH)
        at_risk = panel.pressing(conn, boxes, viewer.address, _EACH)
        nobodys = panel.nobodys(conn, boxes, _EACH)
        figures = panel.figures(conn, boxes, viewer.address, begin, now, end)
    trouble = []
    for box in every:
        since = blindness.since(ports.settings, box, now)
        if box.sync_error:
            trouble.append(f"{box.address}: {box.sync_error}")
        elif since is not None:
            told = say.text(
                "%(address)s has not been read since %(since)s.", address=box.address, since=say.moment(since, now)
            )
            trouble.append(told)
    return Home(
        reader=viewer.address,
        is_mailbox=viewer.is_mailbox,
        mine=_lines(mine, names),
        at_risk=_lines(at_risk, names),
        nobodys=_lines(nobodys, names),
        figures=figures,
        now=now,
        mailboxes=tuple(box.address for box in every),
        trouble=tuple(trouble),
    )  # fmt: skip


def search(ports: Ports, viewer: Viewer, words: str) -> tuple[QueueLine, ...]:
    """Tickets whose subject or requester has these words, newest first. Raises Refused for too few or too many letters."""
    wanted = " ".join(words.split())
    if len(wanted) < _SHORTEST:
        raise Refused("Write at least two letters of a subject, a name or an address.")
    if len(wanted) > _LONGEST:
        raise Refused(f"That is too long to look for. Write at most {_LONGEST} letters.")
    boxes = viewer.roles.keys()
    with ports.db.read() as conn:
        found = panel.search(conn, boxes, wanted, _FOUND)
        names = {box_id: people.names(conn, box_id) for box_id in {row.mailbox_id for row in found}}
    return _lines(found, names)


def _lines(rows: Iterable[TicketRow], names: Mapping[int, Mapping[str, str]]) -> tuple[QueueLine, ...]:
    return tuple(
        QueueLine(
            row.id,
            row.subject,
            row.requester_name or row.requester,
            name_of(row.owner, names[row.mailbox_id]) or "",
            Urgency(row.urgency),
            row.status,
            row.due_at,
        )
        for row in rows
    )


def _today(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The reader's midnights around `now`."""
    here = now.astimezone(zone).date()
    begin, end = (datetime.combine(day, time(), zone) for day in (here, here + timedelta(days=1)))
    return begin.astimezone(now.tzinfo), end.astimezone(now.tzinfo)
