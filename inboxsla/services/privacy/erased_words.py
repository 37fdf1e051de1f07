"""What the page of a ticket says where its text is gone."""

from __future__ import annotations

from datetime import datetime

from inboxsla.domain.speech import Dated, Speech
from inboxsla.domain.timeline import Standing, Status
from inboxsla.services.text_age import over_since
from inboxsla.storage.tickets import TicketRow


def said(row: TicketRow, facts: Standing, say: Speech, now: datetime) -> str:
    """A sentence; "" for a ticket whose text was never erased."""
    if row.erased_at is None:
        return ""
    on = Dated(say).moment(row.erased_at, now)
    if row.erased_for == "person":
        return say.text("Text erased on %(on)s, because somebody who took part asked to be forgotten.", on=on)
    since = over_since(facts)
    if since is None or since > row.erased_at:
        return say.text("Text from before %(on)s is erased.", on=on)
    days = (row.erased_at - since).days
    if facts.status is Status.SOLVED or facts.status is Status.CLOSED:
        return say.text("Text erased on %(on)s, %(days)s days after it was solved.", on=on, days=days)
    return say.text("Text erased on %(on)s, %(days)s days after it left the board.", on=on, days=days)
