"""One message tried on the rules: which matched and why, the policy it would get, and when what would be due."""

from __future__ import annotations

from collections.abc import Iterator

from inboxsla.domain.clock import State
from inboxsla.domain.speech import English, with_hours
from inboxsla.domain.ticket_view import PRIORITY_WORDS
from inboxsla.listing.words import moment, plain
from inboxsla.services.trying import Trial


def trial_text(trial: Trial, say: English) -> str:
    return "".join(f"{line}\n" for line in _lines(trial, say))


def _lines(trial: Trial, say: English) -> Iterator[str]:
    message = trial.message
    yield f"{plain(message.subject) or '(no subject)'}"
    yield f"  From      {plain(message.sender or message.sender_name)}"
    yield f"  Came      {moment(trial.at, say)}"
    yield f"  Kind      {message.kind.value.replace('_', ' ')}: {plain(message.kind_reason)}"
    if message.kind.value != "human":
        yield "            Only mail that a person wrote begins a ticket; what follows is what it would get if it did."
    yield ""
    yield "Rules, in their order"
    for look in trial.looks:
        yield f"  {'+' if look.matched else '-'} {plain(look.why)}"
        if look.did:
            yield f"      {plain('; '.join(look.did))}"
        if look.left:
            yield f"      decided before: {plain('; '.join(look.left))}"
    if not trial.looks:
        yield "  There are none; every ticket gets the policy of its mailbox."
    yield ""
    if trial.policy is None:
        yield "It would not be a ticket: no timer, no label, no mail."
        return
    rule = trial.ruling.rule_of("policy")
    told = trial.standing
    yield f"Policy      {plain(trial.policy_name)}{f', by rule “{plain(rule)}”' if rule else ', because no rule names another'}"
    yield f"Priority    {PRIORITY_WORDS.get(told.priority, told.priority)}"
    for name, said in (
        ("Tags", ", ".join(sorted(told.tags))),
        ("Tier", told.tier),
        ("Channel", told.channel),
        ("Team", told.team),
    ):
        if said:
            yield f"{name:<12}{plain(said)}"
    for clock in trial.clocks:
        reading = clock.reading
        never = "not while it is paused" if reading.state is State.PAUSED else "never: not enough opening hours ahead"
        due = moment(reading.due_at, say) if reading.due_at else never
        yield f"{clock.name:<16}{plain(with_hours(reading.target, reading.business_day, say))}, due {due}"
