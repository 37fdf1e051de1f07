"""What a mail says: the subject, why somebody gets it, what happens next."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from inboxsla.domain.policy import Do, Step
from inboxsla.domain.ticket_view import time_left
from inboxsla.domain.timeline import Event, Kind, Metric
from inboxsla.notify import Told, compose, next_words, why_words
from inboxsla.notify.sentences import LONGEST_SUBJECT, promise_day, promise_words
from inboxsla.notify.several import several_counts
from tests.notify.tickets import ANA, BERLIN, CLAIRE, NOW, SAY, berlin, item, notice, policy, ticket

JONAS = "jonas@lumenvelo.example"
OVERDUE = berlin("2026-11-24 11:54")


def plain(text: str) -> str:
    """Units are bound to their numbers; that is not what these tests are about."""
    return text.replace("\u00a0", " ")


def subject(*items, **more) -> str:  # type: ignore[no-untyped-def]
    return plain(compose(notice(*items, **more), SAY).subject)


def test_the_subject_says_how_much_time_is_left_for_what_and_whom() -> None:
    assert subject() == "Due in 24 min: Refund for order 1182 still missing (Zofia Wiśniewska)"


def test_the_subject_of_a_late_ticket_says_how_late_it_is() -> None:
    late = item(ticket(now=OVERDUE), percent=100)
    assert subject(late) == "24 min over: Refund for order 1182 still missing (Zofia Wiśniewska)"


def test_within_the_first_minute_the_subject_says_when_it_was_due() -> None:
    just_now = item(ticket(now=berlin("2026-11-24 11:30")), percent=100)
    assert subject(just_now).startswith("Was due 11:30 CET: Refund")


def test_a_ticket_due_another_day_names_that_day() -> None:
    later = item(ticket(wrote=NOW, promises=policy(resolution=timedelta(hours=24))), metric=Metric.RESOLUTION)
    assert subject(later).startswith("Due Fri 11:06 CET: Refund")


def test_a_customer_who_came_back_comes_first_unless_a_timer_presses() -> None:
    """C16: whoever is told because of it reads why, also in the list of their mail."""
    calm = ticket(wrote=NOW, promises=policy(next_response=timedelta(hours=2), resolution=timedelta(hours=4)))
    back = item(calm, do=Told.NOTIFY_LEAD, metric=None, percent=0, reopened=3)
    late = item(ticket(now=OVERDUE), do=Told.NOTIFY_LEAD, metric=None, percent=0, reopened=3)

    assert subject(back).startswith("Customer came back 3 times: Refund for order 1182 still missing")
    assert subject(back).endswith(" · Due in 4 h")
    assert subject(late).startswith("24 min over: Refund")
    words = why_words(calm, None, 0, Told.NOTIFY_LEAD, SAY, reopened=1)
    assert words == "You get this because you lead this mailbox (the customer came back once)."


def test_a_ticket_on_hold_is_not_said_to_be_due() -> None:
    hold = Event(
        Kind.STATUS_SET,
        berlin("2026-11-24 09:30"),
        "s1",
        data={"status": "on_hold", "until": berlin("2026-11-26 09:00").isoformat()},
    )
    assert subject(item(ticket(events=[hold]))).startswith("On hold until Thu 09:00 CET: Refund")


def test_who_gets_a_ticket_reads_that_it_is_theirs_and_how_urgent_it_is() -> None:
    mine = item(ticket(now=OVERDUE, owner=JONAS), do=Told.REASSIGNED_TO_YOU, percent=100)
    written = subject(mine, recipient=JONAS)
    assert written == "Yours now: Refund for order 1182 still missing (Zofia Wiśniewska) · 24 min over"


def test_who_loses_a_ticket_reads_who_has_it_now() -> None:
    gone = item(ticket(now=OVERDUE, owner=JONAS), do=Told.REASSIGNED_FROM_YOU, percent=100)
    assert subject(gone).startswith("With Jonas Weber now: Refund for order 1182")


def test_a_ticket_without_subject_or_name_says_so() -> None:
    nameless = item(ticket(subject=" \r\n ", requester_name=""))
    assert subject(nameless) == "Due in 24 min: (no subject) (zofia@example.org)"


@pytest.mark.parametrize("do", list(Told))
def test_a_long_subject_is_cut_and_the_name_stays(do: Told) -> None:
    written = subject(item(ticket(subject="a very long story " * 60), do=do))
    assert len(written) <= LONGEST_SUBJECT
    assert "… (Zofia Wiśniewska)" in written


def test_braces_and_percents_in_a_subject_are_only_text() -> None:
    assert "{0.__class__} 100%s %(when)s" in subject(item(ticket(subject="{0.__class__} 100%s %(when)s")))


def several() -> list:  # type: ignore[type-arg]
    return [
        item(ticket(number=1, wrote=berlin("2026-11-23 15:00"))),
        item(ticket(number=2)),
        item(ticket(number=3, wrote=berlin("2026-11-23 15:50"))),
    ]


def test_several_tickets_are_counted_by_how_soon_they_are_due() -> None:
    assert subject(*several()) == "3 tickets need you: 1 overdue, 2 due within the hour"


def test_every_ticket_is_counted_once_whatever_its_state() -> None:
    solved = Event(Kind.ARCHIVED, berlin("2026-11-24 10:00"), "a1")
    views = [
        ticket(wrote=berlin("2026-11-23 15:00")),
        ticket(),
        ticket(wrote=berlin("2026-11-24 10:00")),
        ticket(wrote=berlin("2026-11-24 10:00"), promises=policy(first_response=timedelta(hours=24))),
        ticket(events=[solved]),
    ]
    counted = several_counts(views, SAY)
    assert counted == "1 overdue, 1 due within the hour, 1 due today, 1 due later, 1 with no timer running"


def test_steps_of_one_ticket_in_one_mail_are_one_ticket() -> None:
    letter = compose(notice(item(), item(metric=Metric.RESOLUTION, percent=75, do=Told.NOTIFY_OWNER)), SAY)
    assert letter.subject.startswith("Due in")
    assert letter.text.count("Refund for order 1182") == 1


def test_hand_overs_alone_are_announced_as_such() -> None:
    mine = [replace(one, do=Told.REASSIGNED_TO_YOU) for one in several()]
    gone = [replace(one, do=Told.REASSIGNED_FROM_YOU) for one in several()]
    assert subject(*mine) == "3 tickets are yours now: 1 overdue, 2 due within the hour"
    assert subject(*gone).startswith("3 tickets are with somebody else now: ")


def test_the_time_left_in_the_mail_is_what_every_other_face_says() -> None:
    for minute in range(0, 120, 7):
        view = ticket(now=berlin("2026-11-24 10:00") + timedelta(minutes=minute))
        letter = compose(notice(item(view)), SAY)
        assert letter.text.splitlines()[0] == time_left(view, SAY).head
        assert f">{time_left(view, SAY).head}</div>" in letter.html


def test_the_band_names_the_timer_the_time_and_the_day() -> None:
    assert plain(promise_words(ticket(), SAY)) == "First response is due at 11:30 CET"
    assert promise_day(ticket(), BERLIN, SAY) == "Tuesday 24 November"


def test_the_band_of_yesterdays_miss_names_its_day() -> None:
    view = ticket(wrote=berlin("2026-11-23 10:00"))
    assert plain(promise_words(view, SAY)) == "First response was due Mon 14:00 CET"
    assert promise_day(view, BERLIN, SAY) == ""


def test_the_reader_learns_why_they_get_it() -> None:
    view = ticket()
    metric = Metric.FIRST_RESPONSE
    assert (
        plain(why_words(view, metric, 75, Told.REMIND_OWNER, SAY))
        == "You get this because you own the ticket (75 % of 4 h is used)."
    )
    assert "you lead this mailbox (100 % of 4 h is used)" in plain(why_words(view, metric, 100, Told.NOTIFY_LEAD, SAY))
    assert "was handed to you" in why_words(view, metric, 100, Told.REASSIGNED_TO_YOU, SAY)
    assert "was yours until now" in why_words(view, metric, 100, Told.REASSIGNED_FROM_YOU, SAY)


def test_another_timer_than_the_one_shown_is_named() -> None:
    both = policy(first_response=timedelta(hours=4), resolution=timedelta(hours=24))
    words = plain(why_words(ticket(promises=both), Metric.RESOLUTION, 75, Told.REMIND_OWNER, SAY))
    assert words == "You get this because you own the ticket (resolution: 75 % of 3 days is used)."


def test_a_timer_the_ticket_no_longer_has_is_not_spoken_of() -> None:
    words = why_words(ticket(), Metric.RESOLUTION, 75, Told.REMIND_OWNER, SAY)
    assert words == "You get this because you own the ticket."


@pytest.mark.parametrize(
    ("owner", "words"), [(None, "because nobody owns the ticket ("), (ANA, "in place of the owner (")]
)
def test_whoever_stands_in_is_not_told_that_they_own_it(owner: str | None, words: str) -> None:
    letter = compose(notice(item(ticket(owner=owner)), recipient=CLAIRE), SAY)
    assert f"You get this {words}" in letter.text
    assert "you own" not in letter.text


def test_the_reader_learns_who_is_told_next_and_when() -> None:
    assert plain(next_words(ticket(), SAY, lead_name="Claire Dubois")) == (
        "At 11:30 CET Ana Ruiz and Claire Dubois are told and the ticket goes to somebody else."
    )
    assert plain(next_words(ticket(), SAY, reader=ANA)) == (
        "At 11:30 CET you and the lead are told and the ticket goes to somebody else."
    )
    assert plain(next_words(ticket(), SAY, reader=CLAIRE, leads=True)).startswith("At 11:30 CET you and Ana Ruiz are")


def test_a_step_that_does_much_is_told_in_one_sentence_that_can_be_read() -> None:
    much = Step(100, (Do.NOTIFY_OWNER, Do.NOTIFY_TEAM, Do.RAISE_PRIORITY, Do.POST_WEBHOOK), webhooks=("pager",))
    view = ticket(promises=replace(policy(), ladder=(much,)))
    assert plain(next_words(view, SAY, reader=ANA)) == (
        "At 11:30 CET you are told, the team is told, the priority is raised and another system is told."
    )


def test_only_the_next_two_moments_are_told() -> None:
    early = ticket(now=berlin("2026-11-24 09:00"))
    assert plain(next_words(early, SAY, reader=ANA)) == "At 10:30 CET and 11:06 CET you are reminded."


def test_a_step_of_another_day_names_it() -> None:
    view = ticket(wrote=NOW, owner=None, promises=policy(first_response=timedelta(hours=8)))
    assert plain(next_words(view, SAY)).startswith("On Wed 09:06 CET and Wed 10:18 CET whoever owns the ticket")


def test_after_the_last_step_the_reader_learns_what_ends_it() -> None:
    assert "stops when the customer gets an answer" in next_words(ticket(now=OVERDUE), SAY)
    resolution = ticket(now=OVERDUE, promises=policy(resolution=timedelta(hours=4)))
    assert "stops when the ticket is solved" in next_words(resolution, SAY)


def test_without_a_living_timer_nothing_happens_next() -> None:
    solved = Event(Kind.ARCHIVED, berlin("2026-11-24 10:00"), "a1")
    assert next_words(ticket(events=[solved]), SAY) == ""
