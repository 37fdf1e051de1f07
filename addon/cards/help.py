"""What the panel is, for somebody who sees it for the first time."""

from __future__ import annotations

from addon.cards.face import Face
from addon.cards.parts import Json, button, buttons, card, header, line, paragraph, section
from inboxsla.domain.clock import Urgency

_MEANINGS = {
    Urgency.LOW: "Less than half of the time is used.",
    Urgency.MEDIUM: "Half of the time is used.",
    Urgency.URGENT: "Three quarters are used: answer these first.",
    Urgency.OVERDUE: "The time is used up. The lead is told.",
    Urgency.PAUSED: "Somebody else has to act; the time stands still.",
    Urgency.MET: "Answered or solved in time.",
}


def help_card(face: Face) -> Json:
    steps = (
        "Open a thread: the card says how much time is left to answer the customer, and why.",
        "“Take it” makes it yours. Then answer in Gmail as always: the timer stops by itself.",
        "If you wait for somebody, choose “Waiting on customer” or “On hold”, and the time stands still.",
        "“Solve” ends it; archiving the thread does the same. If the customer writes again, it comes back.",
    )
    return card(
        "help",
        header(face.text("How this works"), face.text("Tickets, timers and reminders"), face.disc("logo"), "InboxSLA"),
        [
            section(*(paragraph(face.text(step)) for step in steps)),
            section(
                *(line(face.text(meaning), icon=face.urgency(urgency)) for urgency, meaning in _MEANINGS.items()),
                title=face.text("What the colours say"),
            ),
            section(buttons(button(face.text("All tickets"), face.page("/tickets")))),
        ],
    )
