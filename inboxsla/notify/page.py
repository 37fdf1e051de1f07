"""A notice turned into the words both parts of the mail show, in the order in which they show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inboxsla.domain.clock import Urgency
from inboxsla.domain.speech import Speech
from inboxsla.domain.ticket_view import PRIORITY_WORDS, URGENCY_WORDS, TicketView, time_left
from inboxsla.notify.notice import Item, Notice, Offer, Told
from inboxsla.notify.plain import cut, display_name, one_line, quote
from inboxsla.notify.sentences import (
    came_back_title,
    headline,
    next_words,
    promise_day,
    promise_words,
    requester_of,
    subject_line,
    subject_of,
    why_words,
)
from inboxsla.notify.several import several_counts, several_title

MOST = 20
_LONGEST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Block:
    """One ticket in the mail. `who` and `facts` are one line, apart because names may run right to left.

    `buttons` stand beside the one that opens Gmail, `links` in a line below.
    """

    urgency: Urgency
    head: str
    word: str
    promise: str
    day: str
    subject: str
    who: str
    facts: str
    quote: tuple[str, ...]
    gmail_url: str
    buttons: tuple[Offer, ...]
    links: tuple[Offer, ...]
    what_next: str
    why: str


@dataclass(frozen=True, slots=True)
class Page:
    """The whole mail in words. `title` and `counts` are said only for several tickets; `more` is how many are left out.

    `note` says that the mail comes late because its reader got enough others.
    """

    subject: str
    preheader: str
    title: str
    counts: str
    blocks: tuple[Block, ...]
    more: int
    footer: tuple[str, ...]
    note: str = ""
    choose_url: str = ""


def page(notice: Notice, token: str, say: Speech) -> Page:
    """Raises ValueError for a notice without items, or with an address for a button that is not http or https."""
    tickets = _by_ticket(notice.items)
    if not tickets:
        raise ValueError("a notice needs at least one item")
    views = [items[0].view for items in tickets]
    blocks = tuple(_block(items, notice, say, brief=len(tickets) > 1) for items in tickets[:MOST])
    preheader = _preheader(blocks[0])
    if len(tickets) == 1:
        one = tickets[0][0]
        subject = subject_line(views[0], one.do, say, reopened=one.reopened)
        title = counts = ""
        if notice.follows:
            # The subject has to be the old one, so what is new comes first in what is shown beside it.
            preheader = f"{headline(views[0], one.do, say, reopened=one.reopened)} · {preheader}"
            subject = f"Re: {notice.follows.removeprefix('Re: ')}"
    else:
        title = several_title(len(tickets), (item.do for item in notice.items), say)
        counts = several_counts(views, say)
        subject = f"{title}: {counts}"
    # No mail program breaks a subject between a number and its unit; people search for it with plain spaces.
    subject = subject.replace("\u00a0", " ")
    more, footer, note = len(tickets) - len(blocks), _footer(notice, token, say), _note(notice, say)
    choose_url = _web_address(notice.choose_url)
    return Page(subject, preheader, title, counts, blocks, more, footer, note, choose_url)


def _note(notice: Notice, say: Speech) -> str:
    if notice.waited_since is None:
        return ""
    since = say.moment(notice.waited_since, notice.composed_at)
    return say.text("Collected since %(when)s, because you get only so many mails in an hour.", when=since)


def _by_ticket(items: Sequence[Item]) -> list[list[Item]]:
    """Items of one ticket together, tickets in the order of their first item."""
    together: dict[int, list[Item]] = {}
    for item in items:
        together.setdefault(item.view.id, []).append(item)
    return list(together.values())


def _block(items: Sequence[Item], notice: Notice, say: Speech, *, brief: bool) -> Block:
    item, view = items[0], items[0].view
    leads = any(one.do is Told.NOTIFY_LEAD for one in items)
    whys = (one.why or _why(one, notice, say) for one in items)
    what_next = item.what_next or next_words(view, say, reader=notice.recipient, leads=leads, lead_name=item.lead_name)
    urgency = view.worst.reading.urgency if view.worst else view.urgency
    offers = [offer for offer in item.offers if offer.button or not brief]
    offers += [Offer(say.text("Ticket page"), item.ticket_url)] if item.ticket_url else []
    for offer in offers:
        _web_address(offer.address)
    return Block(
        urgency=urgency,
        head=_head(item, say),
        word=say.text(URGENCY_WORDS[urgency]),
        promise=promise_words(view, say),
        day=promise_day(view, notice.zone, say),
        subject=cut(subject_of(view, say), _LONGEST_SHOWN),
        who=cut(requester_of(view), 80),
        facts=_facts(item, notice.recipient, say),
        quote=quote(item.excerpt),
        gmail_url=_web_address(item.gmail_url),
        buttons=tuple(offer for offer in offers if offer.button),
        links=tuple(offer for offer in offers if not offer.button),
        what_next=one_line(what_next),
        why=" ".join(dict.fromkeys(map(one_line, whys))),
    )


def _why(item: Item, notice: Notice, say: Speech) -> str:
    reader = notice.recipient
    return why_words(item.view, item.metric, item.percent, item.do, say, reader=reader, reopened=item.reopened)


def _head(item: Item, say: Speech) -> str:
    """How much time is left; where no timer lives, what the mail is about."""
    if item.do is Told.PROPOSE_ABSENCE:
        return say.text("Are you away?")
    if item.reopened and item.view.worst is None:
        return came_back_title(item.reopened, say)
    return time_left(item.view, say).head


def _facts(item: Item, reader: str, say: Speech) -> str:
    view = item.view
    when = say.moment(item.customer_wrote_at, view.now) if item.customer_wrote_at else ""
    facts = [
        say.text(PRIORITY_WORDS.get(view.priority, view.priority)),
        say.text("ticket %(number)s", number=view.id),
    ]
    if view.owner != reader:
        facts.append(_owned(view, say))
    return " · ".join((f", {when}" if when else "", *facts))


def _owned(view: TicketView, say: Speech) -> str:
    owner = display_name(view.owner_name or view.owner or "")
    return say.text("%(owner)s owns it", owner=owner) if owner else say.text("nobody owns it yet")


def _preheader(block: Block) -> str:
    return cut(" ".join(block.quote), 110) if block.quote else block.promise


def _footer(notice: Notice, token: str, say: Speech) -> tuple[str, ...]:
    city = notice.zone.rpartition("/")[2].replace("_", " ") if "/" in notice.zone else notice.zone
    return (
        say.text("Do not reply to this mail to answer the customer: they would not see it. Answer in Gmail."),
        say.text("Times are in %(city)s time.", city=city),
        say.text("InboxSLA for %(mailbox)s", mailbox=notice.mailbox),
        say.text("Reference: %(token)s", token=token),
    )


def _web_address(address: str) -> str:
    if address and not address.startswith(("https://", "http://")):
        raise ValueError(f"a button leads to {address!r}, which is not a web address")
    return address
