"""What a mail tells beside the time: what happened on the ticket that its reader must know first. Pure; texts go through `say`."""

from __future__ import annotations

from inboxsla.domain.speech import Speech
from inboxsla.domain.ticket_view import TicketView
from inboxsla.notify.notice import Item, Told
from inboxsla.notify.plain import city_of, display_name

_NEWS = {
    Told.REASSIGNED_TO_YOU: "This ticket is yours now.",
    Told.REASSIGNED_FROM_YOU: "%(owner)s has this ticket now. You have nothing more to do on it.",
    Told.TELL_NOT_SENT: (
        "The customer did not get your answer: it went to InboxSLA, and is a note on the ticket. "
        "To reach the customer, answer in Gmail."
    ),
    Told.PROPOSE_ABSENCE: (
        "Your mailbox answered a reminder by itself. If you are away, say from when until when, and reminders go to whoever "
        "stands in for you. If you are there, do nothing."
    ),
    Told.WARN_CLOSING: "The customer has been silent since the last answer, so this ticket closes by itself.",
}


def news_words(item: Item, say: Speech) -> str:
    """What happened, in our words and those that came with the item; empty for a reminder, where time is all there is to say."""
    return " ".join(filter(None, (_own_words(item, say), item.news)))


def _own_words(item: Item, say: Speech) -> str:
    if item.reopened:
        came_back = "The customer came back." if item.reopened == 1 else "The customer came back %(count)s times."
        return say.text(came_back, count=item.reopened)
    owner = display_name(item.view.owner_name or "") or say.text("Somebody else")
    return say.text(_NEWS[item.do], owner=owner) if item.do in _NEWS else ""


def closing_head(view: TicketView, say: Speech) -> str:
    """ "Closes Mon 14:45 CET"; of a ticket that something keeps open meanwhile only that it was to close."""
    if view.closes_at is None:
        return say.text("Closes by itself")
    return say.text("Closes %(when)s", when=say.moment(view.closes_at, view.now))


def closing_next(view: TicketView, say: Speech) -> str:
    if view.closes_at is None:
        return ""
    when = say.moment(view.closes_at, view.now)
    return say.text("If nobody writes, it closes %(when)s. A hold keeps it open.", when=when)


def zone_words(zone: str, say: Speech) -> str:
    """Which clock a mail goes by, named once: "Times are in Berlin time." `zone` is an IANA zone."""
    if city := city_of(zone):
        return say.text("Times are in %(city)s time.", city=city)
    return say.text("Times are in %(zone)s.", zone=zone.rpartition("/")[2])
