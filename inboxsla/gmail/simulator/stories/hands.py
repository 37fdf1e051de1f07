"""The hands that write and send the demo's mails."""

from __future__ import annotations

import html
from datetime import datetime
from email.utils import getaddresses, parseaddr

from .. import letters
from ..mailroom import Placed
from ..mime import person
from ..reading import Kept, thread
from ..store import Store
from .texts import Machine, Person, Story, texts

MARK = "X-Demo-Story"


def opens(store: Store, address: str, story: Story, who: Person, number: int, at: datetime) -> Placed:
    """A customer writes for the first time. `number` makes the order and invoice numbers."""
    words = {"order": str(1100 + number), "invoice": str(48000 + 7 * number), "name": who.name, "first": who.first}
    text = story.text.format(**words)
    raw = letters.letter(
        sender=who.header, to=address, subject=story.subject.format(**words), text=text, at=at, html=as_html(text) if story.html else "",
        headers={MARK: f"{story.key} {number}"},
    )  # fmt: skip
    return store.deliver(address, raw, at=at)


def writes_back(store: Store, address: str, thread_id: str, text: str, at: datetime) -> Placed:
    """The customer of this thread writes again, with the history quoted below as mail programs do."""
    messages = [message for message in thread(store, address, thread_id) if "DRAFT" not in message.labels]
    last = next((message for message in reversed(messages) if not message.facts.automatic), messages[-1])
    who = customer_of(address, messages)
    mark = next((message.header(MARK) for message in messages if message.header(MARK)), "")
    story = texts().story(mark.partition(" ")[0])
    written = last.at.astimezone(store.zone)
    quoted = letters.quoted(last.facts, written)
    page = ""
    if story and story.html:
        earlier = html.escape(last.facts.text.strip()).replace("\n", "<br>\n")
        page = (
            f'{as_html(text)}<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On {written:%a, %d %b %Y at %H:%M}, '
            f'{html.escape(last.facts.sender)} wrote:<br></div><blockquote class="gmail_quote">{earlier}</blockquote></div>'
        )
    raw = letters.letter(
        sender=who.header, to=address, subject=letters.reply_subject(last.facts.subject), text=text + quoted, at=at, html=page,
        headers={MARK: mark} if mark else {}, answering=last.facts,
    )  # fmt: skip
    return store.deliver(address, raw, at=at)


def answers(
    store: Store,
    address: str,
    thread_id: str,
    agent: Person,
    at: datetime,
    *,
    again: bool = False,
    named: bool = True,
    text: str = "",
) -> Placed:
    """An agent answers with `text` or the words of the thread's story. `named`: the mail says which delegate wrote it."""
    messages = thread(store, address, thread_id)
    who = customer_of(address, messages)
    mark = next((message.header(MARK) for message in messages if message.header(MARK)), "")
    key, _, number = mark.partition(" ")
    story = texts().story(key)
    text = text or (texts().again if again else _words_for(messages, story))
    words = {"first": who.first, "name": who.name, "agent": agent.name, "invoice": str(48000 + 7 * int(number or 0))}
    return store.reply_as(
        address,
        thread_id,
        agent.address,
        text.format(**words),
        at,
        named,
        agent_name=agent.name,
    )


def _words_for(messages: list[Kept], story: Story | None) -> str:
    """What an agent says next; nothing that the thread holds already."""
    staff = {agent.address for agent in texts().agents}
    ours = [m for m in messages if "SENT" in m.labels or person(m.facts.sender)[1] in staff]
    if not ours:
        return story.answer if story else texts().receipt
    asked = next((m.facts.text for m in reversed(messages) if m not in ours and not m.facts.automatic), "")
    if story and " ".join(asked.split()).startswith(" ".join(story.back.split())):
        return story.answer_back
    return texts().closings[(len(ours) - 1) % len(texts().closings)]


def is_away(store: Store, address: str, thread_id: str, at: datetime) -> Placed:
    """The customer's out-of-office assistant answers our last message."""
    messages = thread(store, address, thread_id)
    last, who = messages[-1], customer_of(address, messages)
    headers = {"Auto-Submitted": "auto-replied", "X-Autoreply": "yes", "Precedence": "bulk", "Return-Path": "<>"}
    raw = letters.letter(
        sender=who.header, to=address, subject=letters.reply_subject(last.facts.subject),
        text=texts().away.format(name=who.name), at=at, headers=headers, answering=last.facts,
    )  # fmt: skip
    return store.deliver(address, raw, at=at)


def comes_back(store: Store, address: str, thread_id: str, at: datetime) -> Placed:
    """The mail server reports that our last message in the thread was not delivered."""
    sent = [message for message in thread(store, address, thread_id) if "SENT" in message.labels][-1]
    recipient = next((a for _, a in getaddresses(list(sent.facts.recipients)) if a), "nobody@lost.example")
    return store.bounce(address, sent.message_id, recipient, at)


def by_machine(store: Store, address: str, mail: Machine, at: datetime) -> Placed:
    """A newsletter or a notice arrives."""
    headers = {"Auto-Submitted": "auto-generated"}
    if mail.list_id:
        site = parseaddr(mail.sender)[1].partition("@")[2]
        headers = {
            "List-Id": mail.list_id,
            "List-Unsubscribe": f"<https://{site}/leave>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Precedence": "bulk",
        }
    raw = letters.letter(sender=mail.sender, to=address, subject=mail.subject, text=mail.text, at=at, headers=headers)
    return store.deliver(address, raw, at=at)


def customer_of(address: str, messages: list[Kept]) -> Person:
    """Whoever wrote first from outside, or to whom staff wrote. A machine only if it began the thread."""
    for message in messages:
        first = message is messages[0]
        if not message.labels & {"SENT", "DRAFT"} and (first or not message.facts.automatic):
            name, sender = person(message.facts.sender)
            if sender:
                return Person(name or sender.partition("@")[0], sender)
    return texts().customer(next(iter(messages[0].facts.recipients), "nobody@lost.example"))


def as_html(text: str) -> str:
    paragraphs = html.escape(text).split("\n\n")
    return '<div dir="auto">' + "".join("<p>" + part.replace("\n", "<br>\n") + "</p>" for part in paragraphs) + "</div>"
