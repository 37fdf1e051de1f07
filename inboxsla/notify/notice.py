"""What a mail is made from and what it becomes: plain values, filled in by whoever owes the mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from inboxsla.domain.ticket_view import TicketView
from inboxsla.domain.timeline import Metric


class Told(StrEnum):
    """Why somebody gets a mail, the weightier the later. All but the last three are named like the step that owes it."""

    WARN_CLOSING = "warn_closing"
    NOTIFY_TEAM = "notify_team"
    REMIND_OWNER = "remind_owner"
    NOTIFY_OWNER = "notify_owner"
    NOTIFY_PERSON = "notify_person"
    NOTIFY_LEAD = "notify_lead"
    NOTIFY_ON_DUTY_LEAD = "notify_on_duty_lead"
    TELL_REFUSED = "tell_refused"
    TELL_MENTIONED = "tell_mentioned"
    TELL_ESCALATED = "tell_escalated"
    TELL_HANDED_OVER = "tell_handed_over"
    TELL_NOT_SENT = "tell_not_sent"
    PROPOSE_ABSENCE = "propose_absence"
    REASSIGNED_TO_YOU = "reassigned_to_you"
    REASSIGNED_FROM_YOU = "reassigned_from_you"


@dataclass(frozen=True, slots=True)
class Offer:
    """One act that the mail offers: what its button says to the reader, and where it leads. `button` is False for a plain link."""

    words: str
    address: str
    button: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One step on one ticket. `view` is the ticket when the mail is composed; `percent` is the step's, of `metric`'s target
    (None where no promise is behind it). `reopened` is how often the customer came back where that is what the step is about.

    `excerpt` is the customer's newest text, as stored: hostile. An address that is empty gets no button; the others are
    http or https, as are those of `offers`. `why` and `what_next` are sentences for the reader; left empty, `sentences` says them from the view.
    `news` is said beside what is said of `do` itself.
    """

    view: TicketView
    metric: Metric | None
    percent: int
    do: Told
    excerpt: str
    customer_wrote_at: datetime | None
    gmail_url: str
    ticket_url: str
    why: str = ""
    what_next: str = ""
    news: str = ""
    lead_name: str = ""
    reopened: int = 0
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """One mail to one person. `items` come highest risk first; items of the same ticket are shown as one.

    `follows` is the subject of an earlier mail about the same ticket, whose conversation this one goes on with: only with the
    same subject does Gmail show the two together.

    `mailbox` is Reply-To, and From unless `sender` names the address that the mail goes out from. `zone` is the IANA zone in which `say` speaks; its city is named once. `composed_at` is
    aware. `marker` has letters, digits, `-`, `_` and `.` only, and names the envelope for ever.
    `waited_since` is when the first of it was to be told, where it had to wait because the reader got enough mails.
    `choose_url` is where the reader chooses which mails they get, `board_url` where all tickets are.
    """

    marker: str
    mailbox: str
    recipient: str
    recipient_name: str
    zone: str
    items: tuple[Item, ...]
    composed_at: datetime
    sender_name: str = "InboxSLA"
    follows: str = ""
    sender: str = ""
    waited_since: datetime | None = None
    choose_url: str = ""
    board_url: str = ""


class Stands(StrEnum):
    """How it stands with what an alarm is about. SILENT: not seen again, and nobody said that it is over. TEST: nothing is wrong."""

    NEW = "new"
    LASTING = "lasting"
    OVER = "over"
    SILENT = "silent"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that a mail to admins tells. `title` says in few words of ours what it is, `words` in full what happened: they
    quote others, so they are hostile. `since` is aware, None where nobody knows.

    `what_next` says what the reader does about it, empty where `words` do. `page` is where it can be mended.
    """

    stands: Stands
    title: str
    words: str
    since: datetime | None = None
    what_next: str = ""
    page: Offer | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """One mail to an admin about InboxSLA itself. `matters` come in the order in which they are told, `why` says why they get it.

    `board` is where all of them stand, for a mail that tells several. `linked` is False where pages open on the computer that
    InboxSLA runs on and nowhere else: no button leads there then. `about` says in the last lines which mailboxes InboxSLA looks
    after; empty: `mailbox`. The rest as in `Notice`.
    """

    marker: str
    mailbox: str
    recipient: str
    recipient_name: str
    zone: str
    matters: tuple[Matter, ...]
    why: str
    composed_at: datetime
    board: Offer | None = None
    linked: bool = True
    sender_name: str = "InboxSLA"
    sender: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A finished mail. `raw` is RFC 5322 in ASCII with CRLF; `text` and `html` are its parts (`html` empty if it has none)."""

    subject: str
    raw: bytes
    text: str
    html: str
