"""Notices to customers: plain-text mails in their own thread. Everything in them that others wrote is hostile."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from inboxsla.domain.courtesy import CustomerNotice, filled_in
from inboxsla.domain.speech import NBSP, English, Speech
from inboxsla.notify.compose import MARKER_HEADER, message_id, search_token
from inboxsla.notify.headers import POLICY, address, is_message_id
from inboxsla.notify.notice import Letter
from inboxsla.notify.plain import city_of, one_line, wrap

# Anybody may write under somebody else's address, whom the notice then reaches: nothing of the sender's making may be in it
# that could be an advertisement. A name is letters.
_NAME = re.compile(r"[^\W\d_]+(?:[ '’-][^\W\d_]+){0,3}")
_LONGEST_NAME = 40
_MOST_REFERENCES = 10
_SAYS = {
    CustomerNotice.ACKNOWLEDGE: "Thank you for your message. It has arrived, and a person will answer you by %(when)s.",
    CustomerNotice.ON_HOLD: "Your request is on hold until %(when)s.",
    CustomerNotice.STILL_WITH_US: (
        "Your request is still with us. It takes longer than we meant it to; you will hear from a person by %(when)s."
    ),
    CustomerNotice.CLOSING: (
        "We have not heard from you since our last answer. Your request will be closed on %(when)s, unless you write before."
    ),
}
# What the usual reasons are called among colleagues says nothing to a customer, or too much: what is said of them instead.
_REASONS = {"supplier": "We are waiting for a supplier.", "internal": "", "float time": ""}
# The same in the middle of an admin's words, which would break where there is nothing.
_REASONS_WITHIN = {"supplier": "we are waiting for a supplier"}
_SOME_REASON = "it takes more time"
_FOOTER = "This mail was sent automatically. If you answer it, a person reads what you write."


@dataclass(frozen=True, slots=True)
class Saying:
    """What a notice says. `when` (aware UTC) is said in `zone` (IANA), `own` are an admin's words, `reason` that of a hold."""

    notice: CustomerNotice
    name: str
    when: datetime
    zone: str
    reason: str = ""
    own: str = ""


@dataclass(frozen=True, slots=True)
class CustomerMail:
    """`subject` is the thread's; `answers` are the Message-IDs of the thread, the one that is answered last."""

    marker: str
    mailbox: str
    recipient: str
    subject: str
    answers: Sequence[str]
    composed_at: datetime
    saying: Saying


def compose_for_customer(mail: CustomerMail) -> Letter:
    """The finished letter. Raises ValueError for addresses and Message-IDs that cannot stand in a header."""
    subject = mail.subject if mail.subject[:3].lower() == "re:" else f"Re: {mail.subject}"
    known = [each for each in mail.answers if is_message_id(each)][-_MOST_REFERENCES:]
    letter = EmailMessage(policy=POLICY)
    letter["From"] = address("", mail.mailbox)
    letter["To"] = address("", mail.recipient)
    letter["Subject"] = one_line(subject)
    letter["Date"] = mail.composed_at
    letter["Message-ID"] = f"<{message_id(mail.marker, mail.mailbox)}>"
    if known:
        letter["In-Reply-To"] = f"<{known[-1]}>"
        letter["References"] = " ".join(f"<{each}>" for each in known)
    answers = mail.saying.notice is CustomerNotice.ACKNOWLEDGE
    letter["Auto-Submitted"] = "auto-replied" if answers else "auto-generated"
    letter["X-Auto-Response-Suppress"] = "All"
    letter[MARKER_HEADER] = mail.marker
    reference = f"Reference: {search_token(mail.marker)}"
    body = "\n\n".join(text for each in (*paragraphs(mail.saying), reference) for text in ["\n".join(wrap(each))])
    letter.set_content(f"{body}\n", cte="quoted-printable")
    return Letter(str(letter["Subject"]), letter.as_bytes(), body, "")


def paragraphs(saying: Saying) -> tuple[str, ...]:
    """What it says; the words of admins come between greeting and promise, which nothing can take out."""
    say = English(saying.zone)
    name = greeted(saying.name)
    when = spoken(saying.when, saying.zone)
    greeting = say.text("Hello %(name)s,", name=name) if name else say.text("Hello,")
    reason = one_line(saying.reason)
    said = " ".join(filter(None, (say.text(_SAYS[saying.notice], when=when), _because(reason, say))))
    own = filled_in(saying.own, {"name": name, "when": when, "reason": _within(reason, say)})
    lines = (one_line(line) for line in own.splitlines())
    return (greeting, *filter(None, lines), said, say.text(_FOOTER))


def _because(reason: str, say: Speech) -> str:
    if not reason:
        return ""
    return say.text(_REASONS.get(reason.lower(), "The reason: %(reason)s."), reason=reason.rstrip("."))


def names_reason(reason: str) -> bool:
    """Whether a notice about a hold for this reason says why."""
    return bool(one_line(reason)) and _REASONS.get(one_line(reason).lower(), reason) != ""


def _within(reason: str, say: Speech) -> str:
    """The reason as `{reason}` says it: "On hold: {reason}.", "because {reason}". Where none may be named, that there is one."""
    usual = reason.lower()
    if reason and usual not in _REASONS:
        return reason.rstrip(".")
    return say.text(_REASONS_WITHIN.get(usual, _SOME_REASON))


def greeted(name: str) -> str:
    """The name as it may stand in a notice; empty for one that could be anything but a name."""
    plain = one_line(name)
    return plain if len(plain) <= _LONGEST_NAME and _NAME.fullmatch(plain) else ""


def spoken(at: datetime, zone: str) -> str:
    """ "Tuesday, 1 December 2026, 10:30 CET (Berlin time)": whoever reads it may live anywhere, so day and place are named."""
    say = English(zone)
    there, city = at.astimezone(say.zone), city_of(zone)
    where = f" ({city} time)" if city else ""
    return f"{there:%A}, {there.day} {there:%B %Y}, {say.moment(at, at).replace(NBSP, ' ')}{where}"
