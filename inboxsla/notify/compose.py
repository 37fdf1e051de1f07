"""A notice or an alarm turned into a finished letter: headers, text, HTML and pictures as RFC 5322 bytes.

The same notice gives the same bytes: what was composed can be compared, and a test can say what it must be.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from functools import cache
from importlib.resources import files

import structlog
from jinja2 import TemplateError

from inboxsla.domain.clock import Urgency
from inboxsla.domain.speech import Speech
from inboxsla.notify.alarm_page import AlarmBlock, alarm_page
from inboxsla.notify.digest import Digest, digest_page
from inboxsla.notify.headers import POLICY, address
from inboxsla.notify.html_part import alarm_html, digest_html, html_part
from inboxsla.notify.notice import Alarm, Letter, Notice
from inboxsla.notify.page import Block, page
from inboxsla.notify.plain import cut
from inboxsla.notify.sentences import LONGEST_SUBJECT
from inboxsla.notify.text_part import alarm_text, digest_text, text_part

log = structlog.get_logger()

MARKER_HEADER = "X-InboxSLA-Id"
_MARKER = re.compile(r"[A-Za-z0-9._-]{1,64}")


def compose(notice: Notice, say: Speech) -> Letter:
    """The mail a notice becomes.

    Raises ValueError for a notice that no mail can be made of: no items, a naive `composed_at`, a marker or an address
    that cannot stand in a header, a button that does not lead to the web.
    """
    token = search_token(notice.marker)
    words = page(notice, token, say)
    icons = _content_ids(notice, words.blocks)
    text, html = text_part(words, say), html_part(words, icons, say)
    mail = _envelope(notice, words.subject)
    _fill(mail, token, text, html, icons)
    return Letter(words.subject, mail.as_bytes(), text, html)


def compose_digest(digest: Digest, say: Speech) -> Letter:
    """The mail in the morning. Raises ValueError like `compose`."""
    token = search_token(digest.marker)
    words = digest_page(digest, token, say)
    text, html = digest_text(words, digest, say), digest_html(words, digest, say)
    mail = _envelope(digest, cut(words.subject, LONGEST_SUBJECT))
    mail["List-Unsubscribe"] = f"<{digest.stop_url}>"
    if digest.stop_url.startswith("https://"):
        # Mail programs then offer a button that needs no page (RFC 8058); it must not cross the network for all to read.
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    _fill(mail, token, text, html, {})
    return Letter(words.subject, mail.as_bytes(), text, html)


def alarm(what: Alarm, say: Speech) -> Letter:
    """A mail to an admin about InboxSLA itself; in text alone where the files that make it a page cannot be read.

    Raises ValueError for an alarm that no mail can be made of: nothing to tell, a naive `composed_at`, a marker or an address
    that cannot stand in a header.
    """
    token = search_token(what.marker)
    words = alarm_page(what, token, say)
    icons = _content_ids(what, words.blocks)
    text, mail = alarm_text(words, say), _envelope(what, words.subject)
    try:
        html = alarm_html(words, icons, say)
        _fill(mail, token, text, html, icons)
    except (TemplateError, OSError):
        # While a new version is being put in place, say: this is not when an alarm may wait.
        log.exception("alarm composed in text alone")
        html, mail = "", _envelope(what, words.subject)
        mail.set_content(text, cte="quoted-printable")
    return Letter(words.subject, mail.as_bytes(), text, html)


def search_token(marker: str) -> str:
    """The marker as one word that Gmail's search finds in the text of a sent mail. Raises ValueError for a marker unfit for a header."""
    token = "".join(one for one in marker if one.isalnum())
    if not _MARKER.fullmatch(marker) or not token:
        raise ValueError(f"{marker!r} cannot be a marker: letters, digits, '.', '_' and '-' only, 64 at most")
    return token


def message_id(marker: str, sender: str) -> str:
    """The Message-ID of our mail of this marker, without angle brackets."""
    return f"{marker}@{sender.rpartition('@')[2]}"


def _envelope(what: Notice | Alarm | Digest, subject: str) -> EmailMessage:
    if what.composed_at.tzinfo is None:
        raise ValueError("composed_at must name its zone")
    mail = EmailMessage(policy=POLICY)
    # Never In-Reply-To or References to a customer's mail: a notice must not be able to land in the customer's thread.
    sender = what.sender or what.mailbox
    mail["From"] = address(what.sender_name, sender)
    mail["To"] = address(what.recipient_name, what.recipient)
    mail["Reply-To"] = what.mailbox
    mail["Subject"] = subject
    mail["Date"] = what.composed_at
    # Gmail puts its own in place of this one; other servers keep it.
    mail["Message-ID"] = f"<{message_id(what.marker, sender)}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail[MARKER_HEADER] = what.marker
    return mail


def _content_ids(what: Notice | Alarm, blocks: Sequence[Block | AlarmBlock]) -> dict[Urgency, str]:
    """The names under which the pictures of these travel with the mail."""
    host = what.mailbox.rpartition("@")[2]
    return {urgency: f"{urgency}.{what.marker}@{host}" for urgency in dict.fromkeys(block.urgency for block in blocks)}


def _fill(mail: EmailMessage, token: str, text: str, html: str, icons: Mapping[Urgency, str]) -> None:
    mail.set_content(text, cte="quoted-printable")
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    # Random boundaries would make two compositions of one notice differ. Quoted-printable text never contains "=_".
    mail.set_boundary(f"=_{token}_alternative")
    if not icons:
        return
    shown = mail.get_payload(1)
    assert isinstance(shown, EmailMessage), "the second alternative is the HTML just added"
    for urgency, content_id in icons.items():
        shown.add_related(
            _icon(urgency), "image", "png", cid=f"<{content_id}>", disposition="inline", filename=f"{urgency}.png"
        )
    shown.set_boundary(f"=_{token}_related")


@cache
def _icon(urgency: Urgency) -> bytes:
    return files("inboxsla.notify").joinpath("icons", f"{urgency}.png").read_bytes()
