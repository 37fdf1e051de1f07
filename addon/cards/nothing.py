"""Cards for when there is no ticket to show: why not, and what to do about it."""

from __future__ import annotations

from addon.cards.face import Face
from addon.cards.parts import Json, button, buttons, card, header, known_icon, line, paragraph, safe, section
from inboxsla.services.panel_views import NoTicket


def no_ticket(found: NoTicket, face: Face) -> Json:
    """An open thread that is no ticket this person can see."""
    if found.why == "kept":
        return _kept(found, face)
    if found.why == "syncing":
        return _told(
            "syncing",
            face.text("Not read yet"),
            face.text("It is being fetched now"),
            [
                face.text("This thread is in %(mailbox)s, and InboxSLA has not read it yet.", mailbox=found.mailbox),
                face.text("Look again in a few seconds."),
            ],
            face,
            again=True,
        )
    if found.why == "unreadable":
        trouble = found.trouble or face.text("InboxSLA cannot read %(mailbox)s at the moment.", mailbox=found.mailbox)
        return _told(
            "unreadable",
            face.text("This mailbox cannot be read"),
            found.mailbox,
            [trouble, face.text("Until that is put right, new mail makes no tickets. Your admins have been told.")],
            face,
            again=True,
        )
    sentences = [
        face.text(
            "InboxSLA looks after %(mailboxes)s. This thread came to none of them.", mailboxes=_listed(found, face)
        ),
        face.text("If it belongs to another shared mailbox, ask an admin to connect that one."),
    ]
    if found.may_not_ask:
        sentences = [
            face.text(
                "InboxSLA does not know this thread by its number, and may not ask Gmail which conversation it is."
            ),
            face.text(
                "If you allow it to read who wrote to whom, it finds copies of a shared thread in your own mailbox."
            ),
        ]
    return _told(
        "elsewhere",
        face.text("Not in a shared mailbox"),
        face.text("No promise runs for this thread"),
        sentences,
        face,
        first=button(face.text("Allow"), face.show("allow")) if found.may_not_ask else None,
    )


def _listed(found: NoTicket, face: Face) -> str:
    shown = list(found.mailboxes[:3])
    if len(found.mailboxes) > 3:
        shown.append(face.text("%(count)s more", count=len(found.mailboxes) - 3))
    return ", ".join(shown) or face.text("no mailbox of yours")


def _kept(found: NoTicket, face: Face) -> Json:
    why = face.text("Nobody outside your team wrote in it, only machines or colleagues.")
    wakes = face.text(
        "If a person is waiting for an answer here, make it a ticket. Time then counts from the first message."
    )
    make = face.act("make_ticket", 0, 0, mailbox=found.mailbox, thread=found.thread_id)
    return card(
        "ticket",
        header(face.text("Not a ticket"), face.text("No promise runs for this thread"), face.disc("none"),
               face.text("Not a ticket")),
        [
            section(
                line(why, top=face.text("Why"), icon=known_icon("DESCRIPTION")),
                paragraph(wakes),
                buttons(button(face.text("Make it a ticket"), make)),
            )
        ],
    )  # fmt: skip


def stranger(address: str, face: Face) -> Json:
    """Somebody Google vouches for and nobody listed."""
    return _told(
        "stranger",
        face.text("InboxSLA does not know you yet"),
        address,
        [
            face.text("You are signed in as %(address)s, which is on no people list.", address=address),
            face.text("Ask an admin of your help desk to add this address to the people of its mailbox."),
        ],
        face,
    )


def old_card(face: Face) -> Json:
    """What was clicked was made for somebody else, too long ago, or by somebody else."""
    return _told(
        "old",
        face.text("Please open this anew"),
        face.text("Nothing was changed"),
        [
            face.text("This card is too old, or it was made for somebody else."),
            face.text("Close the panel and open it again, or open another thread and come back."),
        ],
        face,
        again=True,
    )


def gone(face: Face) -> Json:
    return _told(
        "gone",
        face.text("This ticket is not here"),
        face.text("Nothing was changed"),
        [face.text("It is gone, or it is in a mailbox that you may not see.")],
        face,
        again=True,
    )


def not_understood(face: Face) -> Json:
    """What Gmail sent makes no sense to us."""
    return _told(
        "odd",
        face.text("Gmail's request was not understood"),
        face.text("Nothing was changed"),
        [face.text("Close the panel and open it again. If that does not help, tell your admin what you clicked.")],
        face,
        again=True,
    )


def too_large(face: Face) -> Json:
    return _told(
        "large",
        face.text("That was too much at once"),
        face.text("Nothing was changed"),
        [face.text("What was sent is larger than anything this panel takes. Shorten the text and try again.")],
        face,
        again=True,
    )


def later(face: Face) -> Json:
    """Our own data cannot be had right now."""
    return _told(
        "later",
        face.text("InboxSLA cannot read its data right now"),
        face.text("Nothing is lost"),
        [face.text("Mail waits in Gmail, and timers go on. Try again in a minute.")],
        face,
        again=True,
    )


def broken(face: Face) -> Json:
    return _told(
        "broken",
        face.text("Something broke on our side"),
        face.text("Your tickets are safe"),
        [face.text("Nothing you did caused this. Try again; the log of the server says what happened.")],
        face,
        again=True,
    )


def _told(
    name: str,
    title: str,
    subtitle: str,
    sentences: list[str],
    face: Face,
    *,
    again: bool = False,
    first: Json | None = None,
) -> Json:
    return card(
        name,
        header(title, subtitle, face.disc("none"), title),
        [
            section(*(paragraph(safe(each)) for each in sentences)),
            section(_clicks(face, first, again=again)),
        ],
    )


def _clicks(face: Face, first: Json | None, *, again: bool) -> Json | None:
    if face.sign is None:
        return None
    look = button(face.text("Look again"), face.again()) if again and face.thread else None
    return buttons(first, look, button(face.text("My tickets"), face.show("home")))
