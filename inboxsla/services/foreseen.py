"""What an observed mailbox would have done, were it live: the steps that were noted instead of taken, and labels not written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from inboxsla.domain.audit import Foreseen
from inboxsla.domain.courtesy import CustomerNotice
from inboxsla.domain.owed_courtesies import CUSTOMER
from inboxsla.domain.policy import Do
from inboxsla.domain.speech import Speech
from inboxsla.domain.step_words import NOTICE_WORDS, step_place, would_have
from inboxsla.domain.ticket_view import name_of
from inboxsla.errors import Missing
from inboxsla.gmail import labels
from inboxsla.services import courtesies, our_labels
from inboxsla.services.ports import Ports
from inboxsla.storage import events, mailboxes, people, tickets
from inboxsla.storage.events import ObservedStep
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.schema import tickets as t


@dataclass(frozen=True, slots=True)
class NotedStep:
    """One step that was noted. `would` is what it would have done, `because` when that comes; `owner` is whose ticket it is now."""

    ticket_id: int
    subject: str
    requester: str
    owner: str
    at: datetime
    would: str
    because: str


@dataclass(frozen=True, slots=True)
class ForeseenPage:
    """`steps` newest first, at most as many as were asked for; `labels` are names with how many open tickets would carry them.

    `told` is what customers would have been told, in words, with how often.
    """

    mailbox_id: int
    address: str
    is_observed: bool
    steps: tuple[NotedStep, ...]
    counts: Foreseen
    labels: Mapping[str, int]
    told: Mapping[str, int]


def foreseen(ports: Ports, mailbox_id: int, say: Speech, limit: int = 200) -> ForeseenPage:
    """Raises Missing for a mailbox that is not known."""
    with ports.db.read() as conn:
        box = next((box for box in mailboxes.every(conn) if box.id == mailbox_id and box.kind == "gmail"), None)
        if box is None:
            raise Missing("There is no such mailbox.")
        came = _came(conn, box)
        counts = _counted(conn, box, came)
        names = people.names(conn, box.id)
        style = our_labels.choices(conn, ports).style
        noted = [
            NotedStep(
                row.ticket_id,
                row.subject,
                row.requester_name or row.requester,
                name_of(row.owner, names) or "",
                row.happened_at,
                would_have(row.data, say) or say.text("a reminder step"),
                step_place(row.data, say),
            )
            for row in came[:limit]
        ]
    shown = {style.name(urgency): number for urgency, number in counts.labels.items()}
    told = {say.text(NOTICE_WORDS[CustomerNotice(kind)]): number for kind, number in counts.told.items()}
    return ForeseenPage(box.id, box.address, not box.is_live, tuple(noted), counts, shown, told)


def counted(conn: Connection, box: MailboxRow) -> Foreseen:
    """How often each thing would have been done since the mailbox is observed, and the labels its open tickets would carry."""
    return _counted(conn, box, _came(conn, box))


def _came(conn: Connection, box: MailboxRow) -> list[ObservedStep]:
    """The steps that came, newest first, without notices that no customer would have had."""
    rows = events.observed_steps(conn, box.id)
    notices = [row for row in rows if row.data["metric"] == CUSTOMER]
    goes = courtesies.would_go((r.happened_at, r.requester, CustomerNotice(r.data["step"])) for r in notices)
    stays = {id(row) for row, out in zip(notices, goes, strict=True) if not out}
    return [row for row in rows if id(row) not in stays]


def _counted(conn: Connection, box: MailboxRow, came: Iterable[ObservedStep]) -> Foreseen:
    acts, told = Counter[str](), Counter[str]()
    for row in came:
        if row.data["metric"] == CUSTOMER:
            told[str(row.data["step"])] += 1
        else:
            acts.update(_acts(row.data))
    open_here = (t.c.mailbox_id == box.id, t.c.status.in_(tickets.OPEN_STATUSES))
    wanted = {
        urgency: tickets.count(conn, *open_here, t.c.label_wanted == urgency)
        for urgency in reversed(tuple(labels.NAMES))
    }
    ordered = {do.value: acts[do.value] for do in Do if acts[do.value]}
    told_in_order = {notice.value: told[notice.value] for notice in CustomerNotice if told[notice.value]}
    return Foreseen(ordered, {urgency: number for urgency, number in wanted.items() if number}, told_in_order)


def _acts(data: Mapping[str, Any]) -> list[str]:
    return [str(name) for name in data.get("would", ())]
