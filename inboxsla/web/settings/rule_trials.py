"""Trying rules out: against a message somebody pastes, and against the newest tickets. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTPUTF8
from email.utils import parseaddr

from flask import request
from flask_babel import gettext as _

from inboxsla.config.document import Document
from inboxsla.config.fields import address
from inboxsla.domain.ticket_view import ClockView
from inboxsla.errors import Refused
from inboxsla.services import rule_matches, trying
from inboxsla.services.rule_matches import Fitting
from inboxsla.services.trying import Trial
from inboxsla.web.context import one_line, ports, say
from inboxsla.web.settings.editor import TRIED

TICKETS, MESSAGE = "try:tickets", "try:message"
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Tried:
    """`wrong`: field → what is wrong with it, "" for none of them."""

    trial: Trial | None = None
    fitting: Fitting | None = None
    wrong: Mapping[str, str] = field(default_factory=dict)

    @property
    def clocks(self) -> Sequence[ClockView]:
        """What is due first stands first."""
        clocks = self.trial.clocks if self.trial else ()
        return sorted(clocks, key=lambda clock: clock.reading.due_at or _NEVER)


def tried(document: Document | None, rule: str = "") -> Tried:
    """Do what this request asks for. `rule` is the one whose tickets are looked for; no `document`: it has mistakes."""
    do = request.form.get("do", "")
    if do not in (TICKETS, MESSAGE):
        return Tried()
    if document is None:
        return Tried(wrong={"": _("What is written cannot be tried yet: see above what is wrong.")})
    return Tried(fitting=rule_matches.of_rule(ports(), document, rule)) if do == TICKETS else _message(document)


def value(name: str) -> str:
    """What a field of the trial holds."""
    return request.form.get(f"{TRIED}{name}", "").strip()


def _message(document: Document) -> Tried:
    try:
        raw, came = _raw(), _came()
        return Tried(trying.try_message(ports(), document, raw, value("mailbox") or None, came))
    except _Odd as odd:
        return Tried(wrong={odd.name: odd.words})
    except Refused as refused:
        return Tried(wrong={"": str(refused)})


class _Odd(Exception):
    def __init__(self, name: str, words: str) -> None:
        super().__init__(words)
        self.name, self.words = name, words


def _raw() -> bytes:
    if pasted := request.form.get(f"{TRIED}raw", "").lstrip():
        return pasted.encode(errors="replace")
    name, sender = parseaddr(one_line(value("from"), ""))
    try:
        who = Address(one_line(name, ""), addr_spec=address(sender or value("from")))
    except ValueError as wrong:
        raise _Odd("from", one_line(str(wrong))) from wrong
    message = EmailMessage(policy=SMTPUTF8)
    message["From"] = who
    message["Subject"] = one_line(value("subject"), "")
    if to := value("mailbox"):
        message["To"] = one_line(to)
    message.set_content(value("body").encode(errors="replace").decode())
    return message.as_bytes()


def _came() -> datetime | None:
    written = value("at")
    if not written:
        return ports().now() if not request.form.get(f"{TRIED}raw") else None
    try:
        return datetime.fromisoformat(written).replace(tzinfo=say().zone)
    except (ValueError, OverflowError) as wrong:
        raise _Odd("at", _("“%(written)s” is no time. Write it like 2026-11-24 17:30.", written=written)) from wrong
