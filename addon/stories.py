"""The tickets that examples of cards are about: made by the same arithmetic as real ones, from events written down here.

It is Tuesday 24 November 2026, 10:48 in Berlin, at Lumen Velo, a shop for bicycle lights.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.decide import decide
from inboxsla.domain.policy import Do, Policy, Step
from inboxsla.domain.ticket_view import TicketView, name_of
from inboxsla.domain.timeline import Event, Habits, Kind, Metric
from inboxsla.domain.timeline_view import Quote, entries
from inboxsla.domain.why import clock_views
from inboxsla.services.acts import offered
from inboxsla.services.panel_views import Opened
from inboxsla.services.viewers import Viewer
from inboxsla.speech import BabelSpeech

NOW = datetime(2026, 11, 24, 9, 48, tzinfo=UTC)
ZONE = "Europe/Berlin"
ANA, JONAS, PRIYA, CLAIRE = (f"{name}@lumenvelo.example" for name in ("ana", "jonas", "priya", "claire"))
NAMES = {ANA: "Ana Ruiz", JONAS: "Jonas Weber", PRIYA: "Priya Nair", CLAIRE: "Claire Dubois"}
SUPPORT = "support@lumenvelo.example"
_HOUR = timedelta(hours=1)
_OFFICE = BusinessCalendar(ZONE, dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), [("09:00", "17:30")]))


def _policy() -> Policy:
    targets = {
        Metric.FIRST_RESPONSE: {"normal": 8 * _HOUR, "high": 4 * _HOUR - _HOUR / 4, "critical": _HOUR},
        Metric.NEXT_RESPONSE: {"normal": 4 * _HOUR},
        Metric.RESOLUTION: {"normal": 24 * _HOUR, "high": 16 * _HOUR, "critical": 4 * _HOUR},
    }
    ladder = (
        Step(75, (Do.REMIND_OWNER,)),
        Step(90, (Do.REMIND_OWNER, Do.NOTIFY_LEAD)),
        Step(100, (Do.NOTIFY_OWNER, Do.NOTIFY_LEAD)),
    )
    pauses = {
        "waiting_on_customer": frozenset({Metric.RESOLUTION}),
        "on_hold": frozenset({Metric.NEXT_RESPONSE, Metric.FIRST_RESPONSE, Metric.RESOLUTION}),
    }
    return Policy("Standard support", _OFFICE, targets, ladder, pauses, 50, 75, Habits(calendar=_OFFICE))


def at(text: str) -> datetime:
    """ "24 10:48" in Berlin, November 2026 (an hour ahead of UTC)."""
    day, clock = text.split()
    hour, minute = clock.split(":")
    return datetime(2026, 11, int(day), int(hour), int(minute), tzinfo=UTC) - _HOUR


class Story:
    """Events of one ticket, and what they add up to now. `more` are fields of its view."""

    def __init__(self, subject: str, requester: str, begun: str, text: str, **more: Any) -> None:
        self.subject, self.requester, self.more = subject, requester, more
        self.events: list[Event] = []
        self.quotes: dict[str, Quote] = {}
        self.customer(begun, text)

    def add(self, when: str, kind: Kind, actor: str | None = None, **data: Any) -> Story:
        number = len(self.events) + 1
        self.events.append(Event(kind, at(when), f"{kind}:{number}", actor, data, number))
        return self

    def customer(self, when: str, text: str) -> Story:
        self.add(when, Kind.CUSTOMER_WROTE, who="p:customer")
        self.quotes[self.events[-1].source] = Quote(self.requester, text)
        return self

    def reply(self, when: str, actor: str, text: str) -> Story:
        self.add(when, Kind.STAFF_WROTE, actor, to=["p:customer"])
        self.quotes[self.events[-1].source] = Quote(NAMES[actor], text)
        return self

    def note(self, when: str, actor: str, text: str) -> Story:
        self.add(when, Kind.NOTED, actor, where="mail")
        self.quotes[self.events[-1].source] = Quote(NAMES[actor], text)
        return self

    def owned(self, when: str, owner: str, why: str = "next in turn") -> Story:
        return self.add(when, Kind.ASSIGNED, owner=owner, why=why)

    def opened(self, say: BabelSpeech, reader: str = ANA, **changes: Any) -> Opened:
        """As `reader` sees it."""
        policy = _policy()
        decision = decide(self.events, policy, NOW, at("1 09:00"))
        facts, reading = decision.facts, decision.reading
        clocks = clock_views(facts, reading, policy, NOW)
        lives = not facts.status.is_over and reading.worst is not None
        over = next((s.start for s in reversed(facts.spans) if s.end is None and s.status == facts.status), None)
        view = TicketView(
            id=1, version=1, mailbox=SUPPORT, thread_id="18f1", subject=self.subject,
            requester="customer@poczta.example", requester_name=self.requester, owner=facts.owner,
            owner_name=name_of(facts.owner, NAMES), status=facts.status.value, priority=facts.priority,
            urgency=reading.urgency, breached=reading.breached, clocks=clocks,
            worst=next(c for c in clocks if c.reading is reading.worst) if lives else None,
            waiting_since=facts.waiting_since, last_activity=facts.last_activity, opened_at=self.events[0].happened_at,
            hold_until=facts.hold_until, status_reason=facts.status_reason, policy_name=policy.name, policy_version=7,
            now=NOW, over_since=over if facts.status.is_over else None, tags=tuple(sorted(facts.tags)),
            seen=len(self.events),
        )  # fmt: skip
        told = entries(self.events, facts, self.quotes, NAMES, say)
        held = next((span for span in reversed(facts.spans) if span.status == "on_hold"), None)
        shown_view = replace(view, **self.more)
        role = "lead" if reader == CLAIRE else "agent"
        who = Viewer(reader, NAMES.get(reader, reader), ZONE, {1: role}, reader == SUPPORT)
        shown = Opened(
            view=shown_view,
            reader=reader,
            is_mailbox=who.is_mailbox,
            seen=len(self.events),
            happened=told,
            happened_count=len(told),
            notes=tuple(entry for entry in told if entry.icon == "note"),
            notes_count=sum(entry.icon == "note" for entry in told),
            names=NAMES,
            leads=(CLAIRE,),
            can=frozenset(spec.name for spec in offered(shown_view, who, 1)),
            held_by=name_of(held.by, NAMES) or "" if held else "",
            held_at=held.start if held else None,
            escalated=next((e for e, kind in zip(told, self._kinds(), strict=False) if kind is Kind.ESCALATED), None),
        )
        return replace(shown, **changes)

    def _kinds(self) -> list[Kind]:
        newest_first = sorted(self.events, key=lambda event: event.order, reverse=True)
        return [event.kind for event in newest_first]


def on_track() -> Story:
    return Story("Which mount fits a 35 mm handlebar?", "김민준", "24 09:40", "Hello, I ride a gravel bike.")


def urgent() -> Story:
    return (
        Story("Refund for order 1182 still missing", "Zofia Wiśniewska", "23 16:15",
              "I returned the front light from order 1182 on 9 November. I still have not seen the refund.")
        .add("23 16:15", Kind.PRIORITY_SET, None, priority="high", why="the subject speaks of a refund")
        .add("23 16:15", Kind.TAGGED, None, add=["order", "refund"], why="the subject speaks of a refund")
        .owned("23 16:20", ANA)
        .note("24 09:20", ANA, "Asked accounting, they answer before noon.")
    )  # fmt: skip


def overdue() -> Story:
    return (
        Story("Battery swollen, is it safe to charge?", "João Gonçalves", "23 16:15",
              "I noticed this morning that the case of my lamp is bent.")
        .add("23 16:15", Kind.PRIORITY_SET, None, priority="critical", why="a rule says so")
        .add("23 16:15", Kind.TAGGED, None, add=["battery", "safety"], why="a rule says so")
        .owned("23 16:16", JONAS)
        .add("23 17:15", Kind.ESCALATED, None)
        .owned("23 17:15", ANA, "handed over at the due time")
    )  # fmt: skip


def on_hold() -> Story:
    return (
        Story("Spare lens for LV-300", "Søren Østergaard", "23 11:00", "Where can I get a lens?")
        .owned("23 11:02", PRIYA)
        .reply("23 11:40", PRIYA, "I ask our supplier.")
        .customer("23 14:10", "Thanks, I will wait for the part. Can you tell me when?")
        .add("23 15:20", Kind.STATUS_SET, PRIYA, status="on_hold", reason="Spare lens is back in stock on Wednesday.",
             until=at("26 09:00").isoformat(), keeps_on_reply=False)
        .add("23 15:20", Kind.TAGGED, PRIYA, add=["spare part"])
    )  # fmt: skip


def taken_by_jonas() -> Story:
    return (
        Story("Delivery to the wrong address", "Émilie Lefèvre", "24 09:05", "Le colis a été livré chez le voisin.")
        .owned("24 10:48", JONAS, "took it")
    )  # fmt: skip


def waiting() -> Story:
    return (
        Story("Flickering rear light", "Олена Шевченко", "23 10:00", "It flickers after rain.")
        .owned("23 10:01", ANA)
        .reply("23 10:38", ANA, "Could you send a picture of the plug?")
    )  # fmt: skip


def solved() -> Story:
    return waiting().add("23 16:30", Kind.STATUS_SET, ANA, status="solved")


def newsletter() -> Story:
    why = "It is list mail from Velo Trade News."
    story = Story("This week: lights and dynamos", "Velo Trade News", "23 08:00", "The market grows.", rule="Newsletters",
                  rule_why=why)  # fmt: skip
    return story.add("23 08:00", Kind.STATUS_SET, None, status="not_a_ticket", why=why)


def hostile() -> Story:
    subject = '<script>alert("x")</script> <b>FREE</b> &amp; 🚲🔥 ' + "very long " * 20
    return (
        Story(
            subject, "محمد \u202eالحسن <b>admin</b>", "24 10:00", "<img src=x onerror=alert(1)> أحتاج إلى عدسة بديلة 🙏"
        )
        .owned("24 10:01", ANA, "<i>because</i>")
        .add("24 10:02", Kind.TAGGED, ANA, add=["<u>tag</u>", "🏷️ " + "long" * 10])
    )
