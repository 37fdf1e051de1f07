"""The one table of what people may do with a ticket: buttons, forms and rights, for every face alike.

Texts here are said through the reader's language by whoever shows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from inboxsla.domain.clock import State
from inboxsla.domain.policy import PRIORITIES
from inboxsla.domain.ticket_view import METRIC_WORDS, PRIORITY_WORDS, TicketView
from inboxsla.services.promising import WAYS
from inboxsla.services.viewers import Viewer

Control = Literal["text", "lines", "choice", "person", "when", "day", "switch", "tags"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. `control` says how it is filled in: "lines" is a long text, "person" somebody of the people list,
    "when" a local date with or without a time, "day" a local date, "tags" words with commas, "switch" is "on" or absent.

    `choices` are (value, words); an empty value is none of them. `required` fields are never empty.
    """

    name: str
    label: str
    control: Control
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class ActSpec:
    """`button` is what the button says; one whose act has `fields` opens a form of that `title`.

    `leads`: only for leads and admins. `undo`: whoever did it may take it back for a while. `heeds`: refused where somebody
    was faster.
    """

    name: str
    button: str
    fields: tuple[Field, ...] = ()
    title: str = ""
    leads: bool = False
    undo: bool = True
    heeds: bool = True


_METRICS = tuple((metric.value, words) for metric, words in METRIC_WORDS.items())
_WAYS = {"phone": "By phone", "chat": "In a chat", "in person": "In person", "other mail": "By another mail"}

ACTS: Mapping[str, ActSpec] = {
    spec.name: spec
    for spec in (
        ActSpec("take", "Take it"),
        ActSpec(
            "hand_over", "Assign to…", (Field("to", "Who takes it", "person", required=True),), "Assign to a colleague"
        ),
        ActSpec("waiting", "Waiting on customer"),
        ActSpec("reopen", "Reopen"),
        ActSpec("solve", "Solve"),
        ActSpec(
            "hold",
            "Put on hold…",
            (
                Field("reason", "Why", "text", required=True, hint="For example supplier"),
                Field("until", "Until", "when", hint="Two business days if left empty"),
                Field("keeps_on_reply", "Stay on hold if the customer writes", "switch"),
            ),
            "Put on hold",
        ),
        ActSpec(
            "priority",
            "Priority…",
            (
                Field(
                    "priority",
                    "Priority",
                    "choice",
                    required=True,
                    choices=tuple((each, PRIORITY_WORDS[each]) for each in PRIORITIES),
                ),
            ),
            "Change the priority",
        ),
        ActSpec(
            "tags",
            "Tags…",
            (Field("tags", "Tags", "tags", hint="Separate them with commas"),),
            "Change the tags",
            heeds=False,
        ),
        ActSpec(
            "escalate",
            "Escalate",
            (Field("words", "What they should know", "text"),),
            "Tell the owner and the lead now",
            undo=False,
            heeds=False,
        ),
        ActSpec(
            "extend",
            "Give more time…",
            (
                Field("metric", "Timer", "choice", choices=_METRICS, hint="The most pressing one if left empty"),
                Field("length", "How much more", "text", required=True, hint="For example 2h or 1 business day"),
                Field("reason", "Why", "text", required=True),
            ),
            "Give more time",
            leads=True,
        ),
        ActSpec(
            "note",
            "Add a note…",
            (Field("text", "Note", "lines", required=True, hint="@name mails it to a colleague"),),
            "Add a note for the team",
            undo=False,
            heeds=False,
        ),
        ActSpec(
            "answered_elsewhere",
            "Answered elsewhere…",
            (
                Field("how", "How", "choice", required=True, choices=tuple((way, _WAYS[way]) for way in WAYS)),
                Field("at", "When", "when", hint="Just now if left empty"),
                Field("holding", "More is to come: stay open and keep them updated", "switch"),
            ),
            "Record an answer given elsewhere",
        ),
        ActSpec("mute", "Mute my reminders", heeds=False),
        ActSpec("not_a_ticket", "Not a ticket"),
        ActSpec("make_ticket", "Make it a ticket"),
        ActSpec("undo", "Undo", undo=False, heeds=False),
        ActSpec(
            "absence",
            "I am away…",
            (
                Field("start", "First day away", "day"),
                Field("until", "Day of return", "day", hint="Leave both empty if you are there"),
                Field("substitute", "Who stands in", "person"),
            ),
            "Say when you are away",
            undo=False,
            heeds=False,
        ),
    )
}
UNDOABLE = frozenset(name for name, spec in ACTS.items() if spec.undo)

_OVER = ("solved", "closed", "not_a_ticket")


def offered(view: TicketView, viewer: Viewer, mailbox_id: int) -> tuple[ActSpec, ...]:
    """What this viewer may sensibly do with this ticket now, in the order of the table; undo and absence are for the face."""
    if view.as_of is not None or not viewer.may_see(mailbox_id):
        return ()
    return tuple(spec for spec in ACTS.values() if _makes_sense(spec, view, viewer, mailbox_id))


def _makes_sense(spec: ActSpec, view: TicketView, viewer: Viewer, mailbox_id: int) -> bool:
    name, over = spec.name, view.status in _OVER
    if name in ("undo", "absence") or (spec.leads and not viewer.leads(mailbox_id)):
        return False
    if view.status == "not_a_ticket":
        return name in ("make_ticket", "note")
    if name == "take":
        return viewer.by is not None and view.owner != viewer.by
    if name == "mute":
        return not over and viewer.by is not None and view.owner == viewer.by
    if name == "reopen":
        return view.status in ("waiting_on_customer", "on_hold", "solved", "closed")
    if name == "extend":
        return any(clock.reading.state in (State.RUNNING, State.PAUSED) for clock in view.clocks)
    if name == "waiting":
        return view.status in ("open", "on_hold")
    if name in ("solve", "hold", "escalate", "answered_elsewhere"):
        return not over
    return name != "make_ticket"
