"""Mails that the simulator writes itself: customers' letters, agents' replies, bounces, automatic answers, drafts."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

from . import mime

_WORD = r"[^@\s<>\"(),:;\\\[\]\x00-\x1f\x7f-\x9f]+"
_ADDRESS = re.compile(f"{_WORD}@{_WORD}")


def message_id(domain: str = "mail.gmail.com") -> str:
    return f"<CA{secrets.token_urlsafe(24)}@{domain}>"


def mailbox_header(address: str, name: str = "") -> str:
    """`"name" <address>`, not yet encoded; `letter` does that."""
    quoted = _one_line(name).replace("\\", "").replace('"', "'")
    return f'"{quoted}" <{address}>' if quoted else address


def letter(
    *,
    sender: str,
    to: str,
    subject: str,
    text: str,
    at: datetime,
    html: str = "",
    headers: Mapping[str, str] | None = None,
    answering: mime.Facts | None = None,
) -> bytes:
    """One mail as RFC 5322 bytes. With `answering` it carries In-Reply-To and References."""
    mail = EmailMessage(policy=SMTP)
    mail["Date"] = format_datetime(at)
    mail["From"] = _people(sender)
    mail["To"] = _people(to)
    mail["Subject"] = _one_line(subject)
    extra = dict(headers or {})
    mail["Message-ID"] = extra.pop("Message-ID", "") or message_id(
        next((p.domain for p in _people(sender)), "mail.example")
    )
    if answering and answering.rfc_id:
        mail["In-Reply-To"] = _one_line(answering.rfc_id)
        mail["References"] = _one_line(
            " ".join((*(r for r in answering.references if r != answering.rfc_id), answering.rfc_id))
        )
    for name, value in extra.items():
        mail[name] = _people(value)[0] if name == "Sender" else _one_line(value)
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    try:
        return mail.as_bytes()
    except UnicodeError:
        # Hostile senders have addresses that plain SMTP cannot carry; the answer to them goes out with raw UTF-8 headers.
        return mail.as_bytes(policy=SMTPUTF8)


def _people(header: str) -> tuple[Address, ...]:
    """The addresses in a header that can be written to; the email package trips over some of the others."""
    parsed = [(_one_line(name), address) for name, address in mime.people(header)]
    return tuple(Address(name, *address.split("@")) for name, address in parsed if _ADDRESS.fullmatch(address))


def _one_line(value: str) -> str:
    # What still looks like an encoded word could not be decoded; the email package would trip over it.
    return " ".join(value.split()).replace("=?", "= ?")


def reply_subject(subject: str) -> str:
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def quoted(facts: mime.Facts, at: datetime) -> str:
    """The history a mail program puts under a reply."""
    lines = facts.text.strip().splitlines()[:40]
    return (
        f"\n\nOn {at:%a, %d %b %Y at %H:%M}, {facts.sender} wrote:\n" + "\n".join(f"> {line}" for line in lines) + "\n"
    )


def bounce(*, mailbox: str, recipient: str, about: mime.Facts, original: bytes, at: datetime) -> bytes:
    """A delivery status notification in the shape Gmail's own have."""
    mark = secrets.token_hex(12)
    head = original.partition(b"\r\n\r\n")[0].decode("utf-8", "replace")
    lines = [
        "Return-Path: <>",
        f"Date: {format_datetime(at)}",
        "From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        f"To: {mailbox}",
        "Subject: Delivery Status Notification (Failure)",
        f"Message-ID: <{mark}@mx.google.com>",
        f"In-Reply-To: {about.rfc_id}",
        f"References: {' '.join((*about.references, about.rfc_id))}",
        "Auto-Submitted: auto-replied",
        f"X-Failed-Recipients: {recipient}",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; boundary="{mark}"; report-type=delivery-status',
        "",
        f"--{mark}",
        "Content-Type: text/plain; charset=UTF-8",
        "",
        "** Address not found **",
        "",
        f"Your message wasn't delivered to {recipient} because the address couldn't be found, or is unable to receive mail.",
        "",
        f"--{mark}",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; googlemail.com",
        f"Arrival-Date: {format_datetime(at)}",
        "",
        f"Final-Recipient: rfc822; {recipient}",
        "Action: failed",
        "Status: 5.1.1",
        "Diagnostic-Code: smtp; 550 5.1.1 The email account that you tried to reach does not exist.",
        "",
        f"--{mark}",
        "Content-Type: message/rfc822-headers",
        "",
        head,
        "",
        f"--{mark}--",
        "",
    ]
    return "\r\n".join(lines).encode()
