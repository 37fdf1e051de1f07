"""A ticket's timeline in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from inboxsla.domain.speech import English
from inboxsla.domain.timeline import Event, Status
from inboxsla.domain.timeline_view import Entry, Quote, entries, planned
from tests.domain.test_ticket_view import view
from tests.people import (
    ANA,
    LONDON,
    NAMES,
    SOREN,
    ZOFIA,
    archived,
    assigned,
    bounced,
    decided,
    held,
    june,
    machine_wrote,
    noted,
    policy,
    prioritised,
    removed,
    replied,
    restored,
    set_to,
    unarchived,
    wrote,
)

SAY = English(LONDON)
QUESTION = wrote(june("1 10:00"), source="question")
REPLY = replied(june("1 11:00"), source="reply")


def told(story: Sequence[Event], quotes: dict[str, Quote] | None = None, **habits: Any) -> tuple[Entry, ...]:
    facts = decided(story, june("9 12:00"), policy(**habits)).facts
    return entries(story, facts, quotes or {}, NAMES, SAY)


def sentence(entry: Entry) -> str:
    return " ".join(part for part in (entry.who, entry.what, entry.so and f"({entry.so})") if part)


def last(*story: Event, **habits: Any) -> str:
    return sentence(told(story, **habits)[0])


def test_the_newest_comes_first_whatever_the_order_of_learning() -> None:
    story = [noted(june("1 12:00")), QUESTION, REPLY]

    assert [entry.icon for entry in told(story)] == ["note", "reply", "customer"]


def test_a_reply_and_a_status_of_the_same_instant_are_told_in_the_order_they_are_read() -> None:
    story = [set_to(june("1 11:00"), Status.SOLVED, source="a"), replied(june("1 11:00"), source="z"), QUESTION]

    assert [entry.icon for entry in told(story)] == ["status", "reply", "customer"]


def test_messages_say_who_wrote_and_what_it_started_or_stopped() -> None:
    quotes = {"question": Quote("Zofia Wiśniewska", "Where is it?"), "reply": Quote("", "On its way.")}
    answer, question = told([QUESTION, REPLY], quotes)

    assert sentence(question) == "Zofia Wiśniewska wrote (first response and resolution started)"
    assert question.quote == "Where is it?"
    assert sentence(answer) == "Ana Ruiz wrote (first response answered)"
    assert answer.quote == "On its way."


def test_a_nudge_starts_nothing_and_the_unnamed_stay_unnamed() -> None:
    assert last(QUESTION, wrote(june("1 10:30"))) == "The customer wrote"
    assert last(QUESTION, replied(june("1 11:00"), by=None)) == "The team wrote (first response answered)"


def test_an_answer_that_the_customer_did_not_get_says_why_it_does_not_count() -> None:
    astray = "Ana Ruiz wrote (not addressed to the customer, so it does not count as an answer)"

    assert last(QUESTION, replied(june("1 11:00"), to=[SOREN])) == astray
    assert last(QUESTION, REPLY, replied(june("1 12:00"), to=[SOREN])) == "Ana Ruiz wrote", "nobody waits any more"
    assert last(QUESTION, REPLY, replied(june("1 12:00"))) == "Ana Ruiz wrote"
    assert last(replied(june("1 09:00"), to=[SOREN])) == "Ana Ruiz wrote", "it opened the conversation"


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (machine_wrote(june("1 12:00")), "A machine wrote (automatic, so it neither starts nor stops a timer)"),
        (noted(june("1 12:00")), "Ana Ruiz added a note"),
        (assigned(june("1 12:00"), ANA), "Assigned to Ana Ruiz (next in turn)"),
        (assigned(june("1 12:00"), None, ""), "Assigned to nobody"),
        (archived(june("1 12:00")), "Somebody in the mailbox archived the thread (so the ticket is solved)"),
        (unarchived(june("1 12:00")), "Somebody in the mailbox moved the thread back to the inbox"),
        (removed(june("1 12:00")), "Somebody in the mailbox moved the thread to spam or trash (so no time counts)"),
        (
            restored(june("1 12:00")),
            "Somebody in the mailbox took the thread out of spam or trash (so time counts again)",
        ),
        (prioritised(june("1 12:00"), "high"), "Ana Ruiz changed the priority (High)"),
        (held(june("1 12:00"), None, reason="supplier"), "Ana Ruiz set the status to On hold (supplier)"),
    ],
)
def test_what_people_did_is_said_in_words(event: Event, words: str) -> None:
    assert last(QUESTION, event) == words


def test_archiving_says_that_it_solved_the_ticket_only_if_it_did() -> None:
    assert last(QUESTION, archived(june("1 12:00")), archiving_solves=False) == (
        "Somebody in the mailbox archived the thread"
    )
    reopened = [QUESTION, archived(june("1 12:00")), unarchived(june("1 13:00"))]
    assert last(*reopened).endswith("back to the inbox (so the ticket is open again)")


def test_a_reply_that_came_back_says_that_it_does_not_count() -> None:
    bounce, reply, _ = told([QUESTION, REPLY, bounced(june("1 11:02"))])

    assert sentence(bounce) == "The mail system could not deliver (the mail before it does not count as an answer)"
    assert sentence(reply) == "Ana Ruiz wrote (it did not arrive, so it does not count as an answer)"


def test_a_reply_that_reached_one_of_two_customers_still_counts() -> None:
    reply = replied(june("1 11:00"), to=[ZOFIA, SOREN])
    story = [QUESTION, wrote(june("1 10:10"), SOREN), reply, bounced(june("1 11:02"), of=reply, to=[SOREN])]

    assert last(*story) == "The mail system could not deliver (the mail before it reached others, so it still counts)"
    assert last(QUESTION, bounced(june("1 11:02"))) == "The mail system could not deliver"


def test_steps_taken_say_what_became_of_them() -> None:
    story = [QUESTION]
    late = decided(story, june("1 14:00"), policy(resolution=None))
    outcomes = [sentence(entry) for entry in told([*story, *late.steps_taken])[:-1]]

    assert sorted(outcomes) == [
        "Reminder step passed over (75 % of first response)",
        "Reminder step passed over (90 % of first response)",
        "Reminder step taken (100 % of first response)",
    ]
    watched = decided(story, june("1 13:00"), policy(resolution=None), None)
    noted = last(*story, *watched.steps_taken)
    assert noted == "Would have happened, were the mailbox live (the owner is reminded; 75 % of first response)"


def test_what_comes_next_is_planned_from_the_last_to_the_first() -> None:
    story = [QUESTION, *decided([QUESTION], june("1 13:00")).steps_taken]
    ahead = planned(view(story, june("1 13:00"), policy(resolution=None)), SAY)

    assert [(entry.at, entry.what, entry.planned) for entry in ahead] == [
        (june("1 14:00"), "The owner is told, the lead is told, the ticket goes to somebody else", True),
        (june("1 13:36"), "The owner is reminded", True),
    ]


def test_nothing_is_planned_while_time_stands_still() -> None:
    story = [QUESTION, replied(june("1 11:00"))]

    assert planned(view(story, june("1 12:00")), SAY) == ()
