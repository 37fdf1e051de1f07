"""What each kind of alarm is called in a few words, what its reader does about it, and on which page.

The kind of an alarm is what its key begins with, up to the first slash.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inboxsla.config import Settings
from inboxsla.config.program import typed
from inboxsla.domain.speech import Speech
from inboxsla.notify import Matter, Offer, Stands
from inboxsla.services import links


@dataclass(frozen=True, slots=True)
class Kind:
    """`path` may have the number behind the first slash of the key: `{number}`. `what_next` is empty where its words say it."""

    title: str
    path: str = "/tickets"
    opens: str = "Open the board"
    what_next: str = ""


_MAILBOXES, _PEOPLE, _MAILS = "/settings/mailboxes", "/settings/people", "/mail"
_APART = Kind(
    "A ticket was set apart",
    "/tickets/{number}",
    "Open the ticket",
    "Look after this ticket yourselves until the fault is mended. The server's log says where it is.",
)
_ANY = Kind("Something needs you")
KINDS = {
    "access": Kind(
        "Mailbox lost",
        _MAILBOXES,
        "Connect it again",
        "Connect it again. What comes in meanwhile stays in Gmail and is read then.",
    ),
    "unseen": Kind(
        "Mailbox not seen",
        _MAILBOXES,
        "See the mailboxes",
        "Look into the mailbox in Gmail meanwhile. On the server, “%(doctor)s” says what stands in the way.",
    ),
    "sync": Kind(
        "Mailbox not read",
        _MAILBOXES,
        "See the mailboxes",
        "Look into the mailbox in Gmail until the fault is mended: nobody is reminded of what InboxSLA has not read.",
    ),
    "watch": Kind("Not told of new mail", _MAILBOXES, "See the mailboxes"),
    "pull": Kind("Not told of new mail", _MAILBOXES, "See the mailboxes"),
    "group": Kind("Mail that made no ticket", "/settings/mailboxes/{number}", "Open the mailbox's settings"),
    "nobody": Kind(
        "Nobody could be told",
        _PEOPLE,
        "See who is on duty",
        "Look at the ticket, or have somebody look. Then see who is on duty, and who stands in for whom.",
    ),
    "thread": Kind(
        "A thread cannot be read",
        "/kept-aside",
        "See what is kept aside",
        "There is nothing to do yet. If it stays so, the thread is kept aside and listed there with the reason.",
    ),
    "unreachable": Kind("Somebody's mails come back", _PEOPLE, "Open the people list"),
    "bounce": Kind("A mail came back", _MAILS, "See the mails"),
    "send": Kind(
        "A mail was not sent",
        _MAILS,
        "See the mails",
        "Whoever it was for may not have been told. If it cannot wait, tell them another way.",
    ),
    "way": Kind(
        "Mails to staff do not go out",
        "/settings/notifications",
        "Open the settings of mails",
        "Once it is mended, send a test under Notifications. What waits goes out by itself.",
    ),
    "labels": Kind("Gmail refuses a label", "/settings/labels", "Open the labels"),
    "no-ticket": Kind("A label on no ticket"),
    "hours": Kind("A promise never falls due", "/settings/calendars", "Open the calendars"),
    "webhook": Kind("A webhook fails", what_next="See that it answers. Until then nothing is lost."),
    "webhook-shelved": Kind("Not posted to a webhook"),
    "privacy-key": Kind("A key is not the one it was", "/settings/privacy", "Open privacy"),
    "label": Kind(
        "A label may be wrong",
        "/tickets/{number}",
        "Open the ticket",
        "Go by the ticket's page until the fault is mended. Its timers and reminders go on.",
    ),
    "settle": _APART,
    "notice": _APART,
    "courtesy": Kind("A customer was not told", what_next="Tell the customer yourselves if they should know."),
    "rollout": _APART,
    "mail": Kind(
        "A mail was not written", _MAILS, "See the mails", "Tell whoever it was for another way, if it cannot wait."
    ),
    "command": Kind("A label was not obeyed", what_next="Do by hand what the label asked for."),
}


def matter(
    settings: Settings, say: Speech, stands: Stands, key: str, words: str, since: datetime | None = None
) -> Matter:
    """The alarm of this key as a mail tells it. `since` is aware."""
    name, _, rest = key.partition("/")
    kind, number = KINDS.get(name, _ANY), rest.partition("/")[0]
    if "{number}" in kind.path and not number.isdecimal():
        kind = _ANY
    page = Offer(say.text(kind.opens), f"{settings.server.url}{kind.path.format(number=number)}")
    return Matter(stands, say.text(kind.title), words, since, say.text(kind.what_next, doctor=typed("doctor")), page)


def called(key: str) -> str:
    """What an alarm is called where no words of it are at hand: "A ticket was set apart (7)"."""
    kind, _, number = key.partition("/")
    title = KINDS.get(kind, _ANY).title
    return f"{title} ({number})" if number.isdecimal() else title


def board(settings: Settings, say: Speech) -> Offer:
    return Offer(say.text("Open the board"), links.board_url(settings))


def ways_out(settings: Settings, say: Speech) -> Offer:
    """Where is set, and can be tried, how mails and alarms go out."""
    return Offer(say.text(KINDS["way"].opens), f"{settings.server.url}{KINDS['way'].path}")
