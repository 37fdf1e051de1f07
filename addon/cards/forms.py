"""Forms: what an act needs to know, asked on a card of its own. What was typed stays, and complaints stand at their field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from addon.cards.face import Face
from addon.cards.parts import (
    Json,
    bold,
    button,
    buttons,
    card,
    choice,
    coloured,
    date_picker,
    header,
    paragraph,
    plain,
    safe,
    section,
    switch,
    text_input,
)
from inboxsla.domain.clock import State
from inboxsla.domain.policy import PRIORITIES
from inboxsla.domain.ticket_view import PRIORITY_WORDS, TicketView

_NONE: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Asking:
    """What a form is made from. `people` are (address, words) who can be chosen; `reasons` those for a hold.

    `typed` and `complaints` are by field, of a form that came back; `up` is how many cards lie below this one up to the ticket.
    """

    seen: int
    view: TicketView | None = None
    people: Sequence[tuple[str, str]] = ()
    reasons: Sequence[str] = ()
    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    typed: Mapping[str, str] = field(default_factory=dict)
    complaints: Mapping[str, str] = field(default_factory=dict)
    notice: str = ""
    up: int = 1

    @property
    def ticket_id(self) -> int:
        return self.view.id if self.view is not None else 0


FORMS = ("hand_over", "hold", "priority", "note", "answered_elsewhere", "extend", "escalate", "absence")


def form_card(name: str, asking: Asking, face: Face) -> Json:
    """`name` is one of FORMS."""
    made = _Form(name, asking, face)
    return {
        "hand_over": _hand_over,
        "hold": _hold,
        "priority": _priority,
        "note": _note,
        "answered_elsewhere": _answered,
        "extend": _extend,
        "escalate": _escalate,
        "absence": _absence,
    }[name](made)


@dataclass(frozen=True, slots=True)
class _Form:
    name: str
    asking: Asking
    face: Face

    def typed(self, name: str, otherwise: str = "") -> str:
        return self.asking.typed.get(name, otherwise)

    def at(self, name: str, widget: Json) -> list[Json]:
        """A field, with what is wrong about it above it."""
        complaint = self.asking.complaints.get(name)
        return [self._wrong(complaint), widget] if complaint else [widget]

    def card(
        self, title: str, *widgets: Json, does: str, words: str, more: Sequence[Json] = (), last: str = ""
    ) -> Json:
        asking, face = self.asking, self.face
        subject = asking.view.subject if asking.view is not None else ""
        shown = {widget.get(kind, {}).get("name") for widget in widgets for kind in widget}
        rest = [self._wrong(words) for name, words in asking.complaints.items() if name not in shown]
        if asking.notice and not asking.complaints:
            rest.append(self._wrong(asking.notice))
        click = face.act(does, asking.ticket_id, asking.seen, form=self.name, up=asking.up)
        return card(
            f"form-{self.name}",
            header(title, subject),
            [
                section(*rest, *widgets, paragraph(last) if last else None),
                section(buttons(button(words, click), *more)),
            ],
        )

    def _wrong(self, complaint: str) -> Json:
        text = safe(complaint)
        return paragraph(coloured(text, "#A81D1A") if self.face.rich else bold(text))

    def wall(self, name: str) -> int | None:
        """A wall time that was typed, as Gmail takes it."""
        typed = self.typed(name)
        try:
            return int(datetime.fromisoformat(typed).replace(tzinfo=UTC).timestamp() * 1000)
        except ValueError:
            return None

    def wall_now(self, zone: ZoneInfo) -> int:
        here = self.asking.now.astimezone(zone).replace(tzinfo=UTC, second=0, microsecond=0)
        return int(here.timestamp() * 1000)


def _hand_over(form: _Form) -> Json:
    face, view = form.face, form.asking.view
    assert view is not None, "a ticket is handed over"
    # A list that begins with somebody would give them the ticket by a finger that slipped.
    people = [("", face.text("Choose a colleague")), *form.asking.people]
    whom = choice("to", face.text("To"), people, form.typed("to"))
    title = face.text("Hand over") if view.owner else face.text("Assign")
    return form.card(title, *form.at("to", whom), does="hand_over", words=title)


def _hold(form: _Form) -> Json:
    face, asking = form.face, form.asking
    reasons = [(reason, reason[:1].upper() + reason[1:]) for reason in asking.reasons]
    chosen = form.typed("reason", asking.reasons[0] if asking.reasons else "")
    quick = [
        button(words, face.act("hold", asking.ticket_id, asking.seen, form="hold", up=asking.up, until=until))
        for words, until in ((face.text("Until tomorrow"), "tomorrow"), (face.text("2 days"), "2 days"))
    ]
    return form.card(
        face.text("Put on hold"),
        *(form.at("reason", choice("reason", face.text("Waiting for"), reasons, chosen)) if reasons else ()),
        *form.at("words", text_input("words", face.text("In your own words"), value=form.typed("words"),
                                     hint=face.text("Others read it beside the timer"))),
        *form.at("until", date_picker("until", face.text("Until"), wall_ms=form.wall("until"))),
        switch("keeps_on_reply", face.text("Stays on hold when the customer writes"), on=bool(form.typed("keeps_on_reply"))),
        does="hold",
        words=face.text("Put on hold"),
        more=quick,
        last=face.text("Without a date it lasts two business days."),
    )  # fmt: skip


def _priority(form: _Form) -> Json:
    face, asking = form.face, form.asking
    view = asking.view
    assert view is not None, "a ticket has a priority"
    items = [(name, face.text(PRIORITY_WORDS[name])) for name in PRIORITIES]
    tags = ", ".join(view.tags)
    return form.card(
        face.text("Change"),
        *form.at("priority", choice("priority", face.text("Priority"), items, form.typed("priority", view.priority))),
        *form.at("tags", text_input("tags", face.text("Tags"), value=form.typed("tags", tags),
                                    hint=face.text("Separated by commas"))),
        does="change",
        words=face.text("Save"),
        last=face.text("Running timers are read anew with the other priority."),
    )  # fmt: skip


def _note(form: _Form) -> Json:
    face = form.face
    return form.card(
        face.text("Add note"),
        *form.at("text", text_input("text", face.text("Note for the team"), value=form.typed("text"), lines=True,
                                    hint=face.text("@name tells somebody by mail"))),
        does="note",
        words=face.text("Add note"),
        last=face.text("The customer does not see it."),
    )  # fmt: skip


def _answered(form: _Form) -> Json:
    face = form.face
    hows = [
        ("phone", face.text("Phone")),
        ("chat", face.text("Chat")),
        ("in person", face.text("In person")),
        ("other mail", face.text("Another mail")),
    ]
    wall = form.wall("at") or form.wall_now(face.say.zone)
    return form.card(
        face.text("I answered elsewhere"),
        *form.at("how", choice("how", face.text("How"), hows, form.typed("how", "phone"))),
        *form.at("at", date_picker("at", face.text("When"), wall_ms=wall)),
        switch("holding", face.text("It was only a holding reply; more is to come"), on=bool(form.typed("holding"))),
        does="answered_elsewhere",
        words=face.text("Record the answer"),
    )


def _extend(form: _Form) -> Json:
    face, view = form.face, form.asking.view
    assert view is not None, "a ticket has timers"
    running = [clock for clock in view.clocks if clock.reading.state in (State.RUNNING, State.PAUSED)]
    items = [(clock.reading.metric.value, face.text(clock.name)) for clock in running]
    worst = view.worst.reading.metric.value if view.worst else ""
    which = form.at("metric", choice("metric", face.text("Timer"), items, form.typed("metric", worst)))
    return form.card(
        face.text("Give more time"),
        *(which if items else ()),
        *form.at("length", text_input("length", face.text("How much more"), value=form.typed("length"),
                                      hint=face.text("For example 2h or 1 business day"))),
        *form.at("reason", text_input("reason", face.text("Why"), value=form.typed("reason"))),
        does="extend",
        words=face.text("Give more time"),
    )  # fmt: skip


def _escalate(form: _Form) -> Json:
    face = form.face
    return form.card(
        face.text("Escalate now"),
        *form.at(
            "words", text_input("words", face.text("What should they know?"), value=form.typed("words"), lines=True)
        ),
        does="escalate",
        words=face.text("Escalate now"),
        last=face.text("Owner and lead are told by mail."),
    )


def _absence(form: _Form) -> Json:
    face = form.face
    people = [("", face.text("Nobody in particular")), *form.asking.people]
    return form.card(
        face.text("My absence"),
        *form.at("start", date_picker("start", face.text("From"), wall_ms=form.wall("start"), hours=False)),
        *form.at("until", date_picker("until", face.text("Back on"), wall_ms=form.wall("until"), hours=False)),
        *form.at("substitute", choice("substitute", face.text("Who stands in"), people, form.typed("substitute"))),
        does="absence",
        words=face.text("Save"),
        more=[
            button(
                face.text("I am here"),
                face.act("absence", form.asking.ticket_id, 0, form="absence", up=form.asking.up, start="", until=""),
            )
        ],
        last=plain(face.text("New tickets go to others meanwhile, and yours do as the settings say."), 300),
    )
