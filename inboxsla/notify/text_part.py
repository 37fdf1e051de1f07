"""The plain-text part: the same words in the same order as the HTML, in 76 columns."""

from __future__ import annotations

from collections.abc import Iterator

from inboxsla.domain.speech import Speech
from inboxsla.notify.alarm_page import AlarmPage
from inboxsla.notify.digest import Digest, DigestPage
from inboxsla.notify.notice import Offer
from inboxsla.notify.page import Block, Page
from inboxsla.notify.plain import isolated, wrap, wrap_ours
from inboxsla.notify.row import Row


def text_part(page: Page, say: Speech) -> str:
    """Ends in a line feed. Only an address may be longer than 76 columns: broken, it would lead nowhere."""
    return "\n".join(_lines(page, say)) + "\n"


def digest_text(page: DigestPage, digest: Digest, say: Speech) -> str:
    return "\n".join(_digest_lines(page, digest, say)) + "\n"


def _digest_lines(page: DigestPage, digest: Digest, say: Speech) -> Iterator[str]:
    yield page.title
    yield from wrap(page.counts)
    for section in page.sections:
        yield ""
        yield section.title
        yield "-" * len(section.title)
        for row in section.rows:
            yield from _row(row)
        if section.more:
            yield ""
            yield section.more
            yield digest.board_url
    yield ""
    yield from wrap(page.why)
    yield f"{say.text('Stop this mail')}:"
    yield digest.stop_url
    yield f"{say.text('Choose which mails you get')}:"
    yield digest.choose_url
    for line in page.footer:
        yield from wrap(line)


def alarm_text(page: AlarmPage, say: Speech) -> str:
    return "\n".join(_alarm_lines(page, say)) + "\n"


def _alarm_lines(page: AlarmPage, say: Speech) -> Iterator[str]:
    if page.title:
        yield from wrap(page.title)
        yield from wrap(page.counts)
        yield ""
    for block in page.blocks:
        if page.title:
            yield "-" * 40
        yield from wrap(block.head)
        yield from wrap(", ".join(filter(None, (f"{block.word}. {block.promise}".rstrip(), block.day))))
        yield ""
        yield from wrap_ours(block.text)
        yield ""
        if block.what_next:
            yield from wrap(f"{say.text('What to do.')} {block.what_next}")
            yield ""
        if page.title and block.page and page.linked:
            yield from _leads(block.page, page, say)
    if page.rest:
        if page.blocks:
            yield "-" * 40
            yield say.text("The others in short")
            yield ""
        for row in page.rest:
            yield from wrap_ours(f"{row.when} · {row.text}")
            yield ""
    if page.more:
        yield from wrap(say.text("and %(count)s more, on the board", count=page.more))
        yield ""
    if page.offer:
        yield from _leads(page.offer, page, say)
    yield from wrap(page.why)
    for line in page.footer:
        yield from wrap(line)


def _leads(offer: Offer, page: AlarmPage, say: Speech) -> Iterator[str]:
    words = say.text("%(page)s, on the computer InboxSLA runs on:", page=offer.words)
    yield from wrap(f"{offer.words}:" if page.linked else words)
    yield offer.address
    yield ""


def _lines(page: Page, say: Speech) -> Iterator[str]:
    if page.title:
        yield from wrap(page.title)
        yield from wrap(page.counts)
        if page.note:
            yield from wrap(page.note)
        yield ""
    for block in page.blocks:
        yield from _block(block, say, several=len(page.blocks) > 1)
    if page.rest:
        yield say.text("The others in short")
        for row in page.rest:
            yield from _row(row)
        yield ""
    if page.more:
        yield from wrap(say.text("and %(count)s more", count=page.more))
        if page.board_url:
            yield page.board_url
        yield ""
    if len(page.blocks) == 1:
        yield from wrap(f"{page.blocks[0].why} {page.note}".rstrip())
    if page.choose_url:
        yield f"{say.text('Choose what you get')}:"
        yield page.choose_url
    for line in page.footer:
        yield from wrap(line)


def _row(row: Row) -> Iterator[str]:
    yield ""
    yield from wrap(f"{row.when} · {isolated(row.subject)} · {isolated(row.who)}{row.facts}")
    yield row.url


def _quoted(block: Block) -> Iterator[str]:
    for line in block.quote:
        yield from wrap(line, start="> ")
    if block.quote:
        yield ""


def _block(block: Block, say: Speech, several: bool) -> Iterator[str]:
    if several:
        yield "-" * 40
    yield from wrap(block.head)
    if block.word:
        yield from wrap(", ".join(filter(None, (f"{block.word}. {block.promise}".strip(), block.day))))
    yield ""
    if block.news:
        yield from wrap(block.news)
        yield ""
    if block.is_note:
        yield from _quoted(block)
    yield from wrap(isolated(block.subject))
    yield from wrap(f"{isolated(block.who)}{block.facts}")
    yield ""
    if not block.is_note:
        yield from _quoted(block)
    if block.gmail_url:
        yield f"{say.text('Open in Gmail')}:"
        yield block.gmail_url
        yield ""
    for offer in (*block.buttons, *block.links):
        yield f"{offer.words}:"
        yield offer.address
    if block.buttons or block.links:
        yield ""
    if block.what_next:
        yield from wrap(f"{say.text('What happens next.')} {block.what_next}")
        yield ""
    if several:
        yield from wrap(block.why)
        yield ""
