"""An act is done: one round trip, the fresh ticket back with a notice."""

from __future__ import annotations

from collections.abc import Mapping

from addon.asking import Answer, Asked, update
from addon.cards.forms import FORMS
from addon.cards.message import message_card
from addon.opening import home_of
from addon.showing import form_of, opened
from inboxsla.errors import Missing, Refused
from inboxsla.services import making
from inboxsla.services.acting import Acted, act
from inboxsla.services.acts import ACTS

# One form for priority and tags.
_BOTH = "change"
# What a click carries beside the fields of its act.
_OURS = frozenset({"do", "ticket", "seen", "by", "t", "n", "form", "up", "show", "mailbox", "thread"})


def do(asked: Asked) -> Answer:
    """Do what was clicked, once however often it comes. Raises Missing for a ticket that is gone or not theirs."""
    click = asked.click
    name, ticket_id, up = click.text("do"), click.number("ticket"), click.number("up")
    if name == "make_ticket" and not ticket_id:
        return _make(asked)
    if name not in ACTS and name != _BOTH:
        raise Missing("There is no such act.")
    fields = _fields(asked)
    done = _both(asked, ticket_id, fields) if name == _BOTH else _one(asked, ticket_id, name, fields)
    form = click.text("form")
    if done.outcome == "refused" and form in FORMS:
        typed = {**fields, **asked.posted.form}
        return update(form_of(asked, form, typed=typed, complaints=done.complaints, notice=done.notice))
    if not ticket_id:
        return update(home_of(asked, notice=done.notice), up=up, notice=done.notice, changed=True)
    shown = opened(asked, ticket_id)
    told = done.notice if done.outcome in ("faster", "refused") else ""
    card = message_card(shown, asked.face, notice=told, undo=done.offers_undo)
    return update(card, up=up, notice=done.notice, changed=done.outcome == "done")


def _make(asked: Asked) -> Answer:
    """A thread that is no ticket, not even a former one, becomes one."""
    click = asked.click
    try:
        ticket_id = making.make(asked.ports, asked.viewer, click.text("mailbox"), click.text("thread"))
    except Missing:
        raise
    except Refused as refused:
        return Answer(notice=asked.face.text(str(refused)))
    notice = asked.face.text("This thread is a ticket now.")
    return update(message_card(opened(asked, ticket_id), asked.face), notice=notice, changed=True)


def _fields(asked: Asked) -> dict[str, str]:
    """What the form says, and what the button itself says, which wins."""
    said = {name: value for name, value in asked.click.values.items() if name not in _OURS and isinstance(value, str)}
    fields = {**asked.posted.form, **said}
    if words := fields.pop("words", "") if asked.click.text("do") == "hold" else "":
        fields["reason"] = words
    return fields


def _one(asked: Asked, ticket_id: int, name: str, fields: Mapping[str, str]) -> Acted:
    click = asked.click
    source = click.source(name, fields)
    seen = click.number("seen") or None
    return act(asked.ports, asked.viewer, ticket_id, name, fields, seen=seen, source=source, say=asked.face.say)


def _both(asked: Asked, ticket_id: int, fields: Mapping[str, str]) -> Acted:
    """One form for priority and tags: what was changed in it is done, one after the other."""
    view = opened(asked, ticket_id).view
    acts = []
    if fields.get("priority", view.priority) != view.priority:
        acts.append(("priority", {"priority": fields["priority"]}))
    # Gmail leaves an emptied field out, so no tags at all is what a missing one means.
    wanted = fields.get("tags", "")
    if _tags(wanted) != set(view.tags):
        acts.append(("tags", {"tags": wanted}))
    done = Acted("again", asked.face.text("Nothing was different, so nothing was changed."), {}, False)
    for name, said in acts:
        done = _one(asked, ticket_id, name, said)
        if done.outcome in ("refused", "faster"):
            break
    return done


def _tags(written: str) -> set[str]:
    return {each.strip() for each in written.split(",") if each.strip()}
