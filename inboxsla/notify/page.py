"""A notice turned into the words both parts of the mail show, in the order in which they show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inboxsla.domain.clock import Urgency
from inboxsla.domain.speech import Speech
from inboxsla.domain.ticket_view import PRIORITY_WORDS, STATUS_WORDS, URGENCY_WORDS, time_left
from inboxsla.notify.news import closing_head, closing_next, news_words, zone_words
from inboxsla.notify.notice import Item, Notice, Offer, Told
from inboxsla.notify.plain import cut, one_line, quote
from inboxsla.notify.row import Row, owned, row
from inboxsla.notify.sentences import (
    came_back_title,
    headline,
    next_words,
    promise_day,
    promise_words,
    requester_of,
    skipped_words,
    subject_line,
    subject_of,
    why_words,
)
from inboxsla.notify.several import several_counts, several_title

MOST = 20
# Gmail cuts off what is longer than 102 kB, and nobody reads twenty tickets in full on a phone.
IN_FULL = 6
_LONGEST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Block:
    """One ticket in the mail. `who` and `facts` are one line, apart because names may run right to left.

    `buttons` stand beside the one that opens Gmail, `links` in a line below. `news` is what happened, where something did,
    and with `is_note` the quote is part of it and not the customer's.
    """

    urgency: Urgency
    head: str
    word: str
    promise: str
    day: str
    news: str
    subject: str
    who: str
    facts: str
    quote: tuple[str, ...]
    gmail_url: str
    buttons: tuple[Offer, ...]
    links: tuple[Offer, ...]
    what_next: str
    why: str
    is_note: bool

    @property
    def alt(self) -> str:
        """What its picture says where pictures are not shown."""
        return self.word


@dataclass(frozen=True, slots=True)
class Page:
    """The whole mail in words. `title` and `counts` are said only for several tickets; `rest` are those in one line each, and
    `more` is how many are left out.

    `note` says that the mail comes late because its reader got enough others.
    """

    subject: str
    preheader: str
    title: str
    counts: str
    blocks: tuple[Block, ...]
    rest: tuple[Row, ...]
    more: int
    footer: tuple[str, ...]
    note: str = ""
    choose_url: str = ""
    board_url: str = ""

    @property
    def urgencies(self) -> tuple[Urgency, ...]:
        """Those whose colours the mail shows."""
        shown = [*(block.urgency for block in self.blocks), *(row.urgency for row in self.rest)]
        return tuple(dict.fromkeys(shown))


def page(notice: Notice, token: str, say: Speech) -> Page:
    """Raises ValueError for a notice without items, or with an address for a button that is not http or https."""
    tickets = _by_ticket(notice.items)
    if not tickets:
        raise ValueError("a notice needs at least one item")
    views = [items[0].view for items in tickets]
    blocks = tuple(_block(items, notice, say, brief=len(tickets) > 1) for items in tickets[:IN_FULL])
    rest = tuple(_row(items[0], notice, say) for items in tickets[IN_FULL:MOST])
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
        mine = [items for items in tickets if items[0].do is not Told.REASSIGNED_FROM_YOU] or tickets
        title = several_title([items[0].do for items in mine], say)
        counts = several_counts([items[0].view for items in mine], say, gone=len(tickets) - len(mine))
        subject = f"{title}: {counts}"
        preheader = cut(" · ".join(f"{block.head}: {block.subject}" for block in blocks), 110)
    # No mail program breaks a subject between a number and its unit; people search for it with plain spaces.
    subject = subject.replace("\u00a0", " ")
    more, footer, note = len(tickets) - len(blocks) - len(rest), _footer(notice, token, say), _note(notice, say)
    choose_url, board_url = _web_address(notice.choose_url), _web_address(notice.board_url)
    return Page(subject, preheader, title, counts, blocks, rest, more, footer, note, choose_url, board_url)


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
    whys = (one.why or _why(one, notice, say) for one in items)
    asks, urgency = item.do is Told.PROPOSE_ABSENCE, _urgency(item)
    offers = [offer for offer in item.offers if offer.button or not brief]
    offers += [Offer(say.text("Ticket page"), item.ticket_url)] if item.ticket_url else []
    for offer in offers:
        _web_address(offer.address)
    return Block(
        urgency=urgency,
        head=_head(item, say),
        word="" if asks else say.text(URGENCY_WORDS[urgency]),
        promise=_promise(item, say),
        day="" if item.do in _OF_NO_PROMISE else promise_day(view, notice.zone, say),
        news=one_line(news_words(item, say)),
        subject=cut(subject_of(view, say), _LONGEST_SHOWN),
        who=cut(requester_of(view), 80),
        facts=_facts(item, notice.recipient, say),
        quote=quote(item.excerpt),
        gmail_url="" if asks else _web_address(item.gmail_url),
        buttons=tuple(offer for offer in offers if offer.button),
        links=tuple(offer for offer in offers if not offer.button),
        what_next=one_line(item.what_next or _next(items, notice, say)),
        why=" ".join(dict.fromkeys(map(one_line, whys))),
        is_note=item.do is Told.TELL_MENTIONED,
    )


def _why(item: Item, notice: Notice, say: Speech) -> str:
    reader = notice.recipient
    why = why_words(item.view, item.metric, item.percent, item.do, say, reader=reader, reopened=item.reopened)
    return f"{why} {skipped_words(item.view, item.percent, say)}".rstrip() if item.do is Told.REMIND_OWNER else why


def _next(items: Sequence[Item], notice: Notice, say: Speech) -> str:
    """What happens next, if that concerns the reader."""
    item = items[0]
    if item.do in (Told.PROPOSE_ABSENCE, Told.REASSIGNED_FROM_YOU):
        return ""
    if item.do is Told.WARN_CLOSING:
        return closing_next(item.view, say)
    leads = any(one.do is Told.NOTIFY_LEAD for one in items)
    return next_words(item.view, say, reader=notice.recipient, leads=leads, lead_name=item.lead_name)


# The band of these says something else than how a promise stands.
_OF_NO_PROMISE = frozenset({Told.PROPOSE_ABSENCE, Told.WARN_CLOSING})


def _urgency(item: Item) -> Urgency:
    if item.do is Told.PROPOSE_ABSENCE:
        return Urgency.NONE
    return item.view.worst.reading.urgency if item.view.worst else item.view.urgency


def _promise(item: Item, say: Speech) -> str:
    if item.do is Told.PROPOSE_ABSENCE:
        return ""
    if item.do is Told.WARN_CLOSING:
        return say.text(STATUS_WORDS[item.view.status])
    return promise_words(item.view, say)


def _row(item: Item, notice: Notice, say: Speech) -> Row:
    when = headline(item.view, item.do, say, reopened=item.reopened)
    url = _web_address(item.gmail_url or item.ticket_url)
    # Who has what its reader is rid of is said first already.
    reader = item.view.owner or "" if item.do is Told.REASSIGNED_FROM_YOU else notice.recipient
    return row(item.view, when, _urgency(item), url, reader, say)


def _head(item: Item, say: Speech) -> str:
    """How much time is left; where no timer lives, what the mail is about."""
    if item.do is Told.PROPOSE_ABSENCE:
        return say.text("Are you away?")
    if item.do is Told.WARN_CLOSING:
        return closing_head(item.view, say)
    if item.reopened and item.view.worst is None:
        return came_back_title(item.reopened, say)
    head = time_left(item.view, say).head
    return head[:1].upper() + head[1:]


def _facts(item: Item, reader: str, say: Speech) -> str:
    view = item.view
    when = say.moment(item.customer_wrote_at, view.now) if item.customer_wrote_at else ""
    facts = [
        say.text(PRIORITY_WORDS.get(view.priority, view.priority)),
        say.text("ticket %(number)s", number=view.id),
    ]
    if view.owner != reader:
        facts.append(owned(view, say))
    return " · ".join((f", {when}" if when else "", *facts))


def _preheader(block: Block) -> str:
    return cut(" ".join(filter(None, (block.news, *block.quote))), 110) or block.promise


def _footer(notice: Notice, token: str, say: Speech) -> tuple[str, ...]:
    return (
        say.text("Your reply to this mail becomes a note for your team. The customer does not see it."),
        zone_words(notice.zone, say),
        say.text("InboxSLA for %(mailbox)s", mailbox=notice.mailbox),
        say.text("Reference: %(token)s", token=token),
    )


def _web_address(address: str) -> str:
    if address and not address.startswith(("https://", "http://")):
        raise ValueError(f"a button leads to {address!r}, which is not a web address")
    return address
