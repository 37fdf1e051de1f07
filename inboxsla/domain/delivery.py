"""Which recipients a mail reached: bounces taken out of what staff sent, before anything is added up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from inboxsla.domain.timeline import Event, Kind


def with_bounces(events: Sequence[Event]) -> list[Event]:
    """The same events, in the same order (that of `Event.order`), told what became of them.

    A staff mail's `to` holds those it reached and `missed` those it did not; a bounce's `of` names its mail wherever that
    can be known. A bounce that names no mail means the newest mail before it that went to those it names; one that names
    nobody means everybody.
    """
    if Kind.BOUNCED not in {event.kind for event in events}:
        return list(events)
    sent = [event for event in events if event.kind is Kind.STAFF_WROTE]
    recipients = {event.source: _to(event) for event in sent}
    missed: dict[str, frozenset[str]] = {}
    mail_of: dict[str, str | None] = {}
    for bounce in events:
        if bounce.kind is not Kind.BOUNCED:
            continue
        of = bounce.data.get("of") or _newest(bounce, sent)
        mail_of[bounce.source] = of if of in recipients else None
        if of in recipients:
            missed[of] = missed.get(of, frozenset()) | _failed(_to(bounce), recipients[of])
    changed: dict[str, dict[str, Any]] = {source: {"of": of} for source, of in mail_of.items()}
    for source, lost in missed.items():
        changed[source] = {"to": sorted(recipients[source] - lost), "missed": sorted(lost)}
    return [replace(e, data={**e.data, **changed[e.source]}) if e.source in changed else e for e in events]


def _to(event: Event) -> frozenset[str]:
    return frozenset(event.data.get("to", ()))


def _newest(bounce: Event, sent: Sequence[Event]) -> str | None:
    failed = _to(bounce)
    before = [mail for mail in sent if mail.order < bounce.order and _to(mail)]
    to_them = [mail for mail in before if _to(mail) & failed]
    found = to_them or before
    return found[-1].source if found else None


def _failed(named: frozenset[str], recipients: frozenset[str]) -> frozenset[str]:
    """An address that forwards bounces under its final name; where only one was written to, it is that one."""
    if not named or (len(recipients) == 1 and not named & recipients):
        return recipients
    return named & recipients
