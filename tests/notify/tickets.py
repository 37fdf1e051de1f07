"""Tickets of the bicycle-light shop in Berlin, read by the real domain, and the notices made of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.clock import read_ticket
from inboxsla.domain.fold import standing
from inboxsla.domain.policy import Do, Policy, Step
from inboxsla.domain.speech import English
from inboxsla.domain.ticket_view import TicketView
from inboxsla.domain.timeline import Event, Habits, Kind, Metric
from inboxsla.domain.why import clock_views
from inboxsla.notify import Item, Notice, Offer, Told

BERLIN = "Europe/Berlin"
SAY = English(BERLIN)
SUPPORT = "support@lumenvelo.example"
ANA, CLAIRE = "ana@lumenvelo.example", "claire@lumenvelo.example"
NAMES = {ANA: "Ana Ruiz", CLAIRE: "Claire Dubois", "jonas@lumenvelo.example": "Jonas Weber"}
MARKER = "7f3a9c0e51d24b6f"
REFUND = (
    "The parcel service says you received it on the 12th, but I still have not seen the refund of 84,90 € on my "
    "account. Could you tell me when it was sent? I need the money for a replacement before the weekend."
)
OFFICE = {day: [("09:00", "17:00")] for day in ("mon", "tue", "wed", "thu", "fri")}


def berlin(text: str) -> datetime:
    """A wall time in Berlin, "2026-11-24 10:48", as aware UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(BERLIN)).astimezone(UTC)


NOW = berlin("2026-11-24 11:06")
WROTE = berlin("2026-11-23 15:30")


def policy(**targets: timedelta) -> Policy:
    """Reminder steps at 75, 90 and 100 %; without other targets, 4 h for the first response."""
    promised = targets or {"first_response": timedelta(hours=4)}
    return Policy(
        name="Standard support",
        calendar=BusinessCalendar(BERLIN, OFFICE),
        targets={Metric(name): {"normal": length} for name, length in promised.items()},
        ladder=(
            Step(75, (Do.REMIND_OWNER,)),
            Step(90, (Do.REMIND_OWNER,)),
            Step(100, (Do.NOTIFY_OWNER, Do.NOTIFY_LEAD, Do.REASSIGN)),
        ),
        pauses={"on_hold": frozenset(Metric)},
        medium_at=50,
        urgent_at=75,
        habits=Habits(),
    )


def ticket(
    *,
    number: int = 1482,
    subject: str = "Refund for order 1182 still missing",
    requester: str = "zofia@example.org",
    requester_name: str = "Zofia Wiśniewska",
    owner: str | None = ANA,
    priority: str = "high",
    wrote: datetime = WROTE,
    now: datetime = NOW,
    promises: Policy | None = None,
    events: Sequence[Event] = (),
) -> TicketView:
    """A ticket whose customer wrote at `wrote`, read at `now`."""
    promises = promises or policy()
    facts = standing([Event(Kind.CUSTOMER_WROTE, wrote, "m1", data={"who": "p:1"}), *events], promises.habits, now)
    reading = read_ticket(facts, promises, now)
    clocks = clock_views(facts, reading, promises, now)
    worst = next((clock for clock in clocks if clock.reading == reading.worst), None)
    return TicketView(
        id=number,
        version=1,
        mailbox=SUPPORT,
        thread_id=f"18c2f{number}",
        subject=subject,
        requester=requester,
        requester_name=requester_name,
        owner=owner,
        owner_name=NAMES.get(owner) if owner else None,
        status=facts.status,
        priority=priority,
        urgency=reading.urgency,
        breached=reading.breached,
        clocks=clocks,
        worst=worst,
        waiting_since=facts.waiting_since,
        last_activity=facts.last_activity,
        opened_at=wrote,
        hold_until=facts.hold_until,
        status_reason=facts.status_reason,
        policy_name=promises.name,
        policy_version=1,
        now=now,
    )


def offers(*buttons: str, number: int = 1482) -> tuple[Offer, ...]:
    """What a mail offers, with addresses as long as they are; buttons, then the usual links."""

    def leads(words: str) -> str:
        return f"https://desk.lumenvelo.example/act/{words.split()[0].lower()}-{number:056}.{'s' * 43}"

    # Whoever may take a ticket does not own it, and only its owner has something to mute.
    links = ("Hand over", "Answered elsewhere", "Add a note", *(("Mute it",) * ("Take it" not in buttons)))
    return tuple(Offer(words, leads(words), words in buttons) for words in (*buttons, *links))


OFFERED = ("Take it", "Waiting on customer", "Hold until Wed")


def item(view: TicketView | None = None, *, do: Told = Told.REMIND_OWNER, excerpt: str = REFUND, **more: Any) -> Item:
    view = view or ticket()
    values: dict[str, Any] = {
        "metric": Metric.FIRST_RESPONSE,
        "percent": 90,
        "customer_wrote_at": view.opened_at,
        "gmail_url": f"https://mail.google.com/mail/?authuser={SUPPORT}#all/{view.thread_id}",
        "ticket_url": f"http://127.0.0.1:8480/tickets/{view.id}",
        "lead_name": "Claire Dubois",
        "offers": offers(*OFFERED, number=view.id),
        **more,
    }
    return Item(view=view, do=do, excerpt=excerpt, **values)


def notice(*items: Item, recipient: str = ANA, name: str | None = None, **more: Any) -> Notice:
    values: dict[str, Any] = {"marker": MARKER, "mailbox": SUPPORT, "zone": BERLIN, "composed_at": NOW, **more}
    return Notice(
        recipient=recipient,
        recipient_name=NAMES.get(recipient, "") if name is None else name,
        items=items or (item(),),
        **values,
    )
