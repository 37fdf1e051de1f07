"""What happened on a ticket stands above it in the mail, and what the reader has nothing to do with stands behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from inboxsla.notify import Told, compose
from inboxsla.notify.news import zone_words
from inboxsla.notify.sentences import promise_words
from tests.notify.tickets import CLAIRE, NOW, SAY, berlin, item, notice, offers, policy, ticket

JONAS = "jonas@lumenvelo.example"
OVERDUE = berlin("2026-11-24 11:54")


def flat(text: str) -> str:
    return " ".join(text.split())


def above(html: str) -> str:
    """The visible text down to the ticket's subject."""
    body = BeautifulSoup(html, "lxml").body
    assert body is not None
    hidden = body.find("div")
    assert hidden is not None
    hidden.extract()
    return flat(body.get_text(" ")).partition("Refund for order 1182")[0]


@pytest.mark.parametrize(
    ("do", "owner", "news"),
    [
        (Told.REASSIGNED_TO_YOU, JONAS, "This ticket is yours now."),
        (Told.REASSIGNED_FROM_YOU, CLAIRE, "Claire Dubois has this ticket now. You have nothing more to do on it."),
        (Told.TELL_NOT_SENT, JONAS, "The customer did not get your answer"),
    ],
)
def test_what_happened_is_read_before_the_ticket(do: Told, owner: str, news: str) -> None:
    letter = compose(notice(item(ticket(owner=owner), do=do), recipient=JONAS), SAY)
    assert news in above(letter.html)
    assert news in flat(letter.text).partition("Refund for order 1182")[0]
    assert f">{news}" in letter.html.partition("<table")[0], "and in the list of mails, beside the subject"


def test_whoever_is_rid_of_a_ticket_is_not_told_what_happens_next() -> None:
    gone = item(ticket(owner=JONAS), do=Told.REASSIGNED_FROM_YOU)
    assert "What happens next" not in compose(notice(gone), SAY).text


def test_a_note_is_quoted_as_its_authors_and_not_under_the_customers_name() -> None:
    note = item(do=Told.TELL_MENTIONED, excerpt="Can you look?", news="Jonas Weber mentioned you in a note:")
    letter = compose(notice(note), SAY)
    for text in (letter.text, letter.html.partition("</style>")[2].partition("<table")[2]):
        assert text.index("mentioned you in a note:") < text.index("Can you look?") < text.index("Zofia")


def test_a_ticket_that_will_close_says_when_and_what_keeps_it_open() -> None:
    view = replace(ticket(), closes_at=berlin("2026-11-26 10:00"), status="waiting_on_customer")
    letter = compose(notice(item(view, do=Told.WARN_CLOSING, metric=None, percent=0)), SAY)
    said = flat(letter.text)
    assert flat(letter.subject).startswith("Closes Thu 10:00 CET: Refund")
    assert said.startswith("Closes Thu 10:00 CET Urgent. Waiting on customer The customer has been silent")
    assert "If nobody writes, it closes Thu 10:00 CET. A hold keeps it open." in said


def test_whoever_may_be_away_is_asked_that_and_offered_one_button() -> None:
    asked = item(do=Told.PROPOSE_ABSENCE, excerpt="", offers=offers("Say when I am away")[:1])
    letter = compose(notice(asked), SAY)
    page = BeautifulSoup(letter.html, "lxml")
    assert letter.subject.startswith("Are you away? You answered automatically: Refund")
    assert "Urgent" not in letter.text
    assert [link.get_text() for link in page.select(".main a")] == ["Say when I am away"]
    assert page.select(".outline") == []


def test_tickets_that_went_to_others_come_last_and_are_counted_apart() -> None:
    mine = [item(ticket(number=1, now=OVERDUE), do=Told.NOTIFY_OWNER)]
    gone = [item(ticket(number=n, now=OVERDUE, owner=JONAS), do=Told.REASSIGNED_FROM_YOU) for n in range(2, 10)]
    letter = compose(notice(*mine, *gone), SAY)
    assert letter.subject == "1 ticket needs you: 1 overdue, 8 with somebody else now"
    rows = [flat(row.get_text()) for row in BeautifulSoup(letter.html, "lxml").select("td.line b")]
    assert rows == 3 * ["With Jonas Weber now"]
    assert "Jonas Weber owns it" not in letter.text.partition("The others in short")[2]


def test_within_a_minute_of_the_due_time_the_head_begins_like_a_sentence() -> None:
    letter = compose(notice(item(ticket(now=berlin("2026-11-24 11:30")), do=Told.REASSIGNED_TO_YOU)), SAY)
    assert flat(letter.text).startswith("Less than a minute over")
    assert letter.subject.endswith(" · Was due 11:30 CET")


def test_time_that_runs_only_while_the_office_is_open_is_said_to_be_opening_hours() -> None:
    later = ticket(wrote=NOW, promises=policy(first_response=timedelta(hours=8)))
    assert flat(promise_words(later, SAY)) == "First response, 8 h of opening hours left"


def test_a_reminder_that_comes_late_because_earlier_ones_are_left_out_says_so() -> None:
    short = replace(policy(first_response=timedelta(hours=1)), skip_early_under=timedelta(hours=2))
    view = ticket(wrote=berlin("2026-11-24 10:12"), promises=short)
    said = flat(compose(notice(item(view, percent=90)), SAY).text)
    assert "(90 % of 1 h is used). Promises under 2 h get no earlier reminder." in said
    assert "no earlier reminder" not in compose(notice(), SAY).text


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("America/New_York", "Times are in New York time."),
        ("UTC", "Times are in UTC."),
        ("Etc/UTC", "Times are in UTC."),
    ],
)
def test_the_zone_of_the_times_is_named_as_people_say_it(zone: str, words: str) -> None:
    assert zone_words(zone, SAY) == words
