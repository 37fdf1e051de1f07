from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from flask.testing import FlaskClient

from inboxsla.domain.timeline import Kind
from inboxsla.services import configuring, ticking
from inboxsla.storage import mailboxes
from inboxsla.storage.database import Database
from tests.web.conftest import signed_in
from tests.web.reading import page, words
from tests.web.shop import ADDRESS, ANA, CLAIRE, Shop, minutes, pages, shop


def test_the_time_left_is_read_first(lumen: Shop, claire: FlaskClient) -> None:
    ticket = lumen.asks("Refund missing", "Zofia Wiśniewska", ago=minutes(50))

    found = page(claire, f"/tickets/{ticket}")

    assert words(found.h1) == "Refund missing"
    assert [words(card.select_one(".clock-head")) for card in found.select(".clock-card")] == [
        "Urgent First response",
        "Low Resolution",
    ]
    assert [words(card.select_one(".time-left")) for card in found.select(".clock-card")] == [
        "10 min left due 10:58 CET",
        "4 h 10 min left due 14:58 CET",
    ]


def test_every_due_time_explains_itself_and_the_pieces_add_up_to_the_promise(lumen: Shop, claire: FlaskClient) -> None:
    ticket = lumen.asks("Refund missing", "Zofia Wiśniewska", ago=minutes(50.5))

    why = page(claire, f"/tickets/{ticket}").select(".why")

    assert [words(one.summary) for one in why] == [
        "Why 10:57 CET? First response: normal priority gets 1 h, counted around the clock.",
        "Why 14:57 CET? Resolution: normal priority gets 5 h, counted around the clock.",
    ]
    assert [words(row) for row in why[0].select("tbody tr")] == [
        "09:57–10:48 51 min counted",
        "10:48–10:57 9 min left",
    ]
    assert words(why[0].select_one(".policy")) == "Policy “Standard support”, version 1"


def test_a_pause_is_a_piece_that_does_not_count(lumen: Shop, claire: FlaskClient) -> None:
    ticket = lumen.asks("Spare lens", "Soren Olsen", ago=minutes(100))
    lumen.answers(ticket, ANA, ago=minutes(80))

    found = page(claire, f"/tickets/{ticket}")

    assert words(found.select_one(".time-left")) == "Paused 4 h 40 min left when it resumes"
    assert [words(row) for row in found.select(".why tbody tr")] == [
        "09:08–09:28 20 min counted",
        "09:28–10:48 paused, not counted",
    ]
    assert words(found.select_one(".ended")) == "Met First response Answered in 20 min, 40 min to spare"


def test_a_customer_who_keeps_coming_back_is_told_from_one_who_has_not(lumen: Shop, claire: FlaskClient) -> None:
    """C16: how often they did, which step it brought, and what comes if it goes on."""
    governed(lumen, steps='{reopened = 1, do = ["notify_lead"]}, {reopened = 2, do = ["raise_priority", "reassign"]}')
    ticket = lumen.asks("Refund missing", "Zofia Wiśniewska", ago=minutes(40), thread="t1")
    lumen.happens(ticket, Kind.STATUS_SET, {"status": "solved"})
    lumen.clock.forward(minutes(20))
    lumen.asks("Refund missing", "Zofia Wiśniewska", ago=minutes(1), thread="t1")

    found = page(claire, f"/tickets/{ticket}")
    lines = [words(line) for line in found.select(".timeline li")]

    assert "Reopened once by the customer" in words(found.select_one(".facts"))
    assert lines[0] == (
        "The priority is raised, the ticket goes to somebody else (when the customer has come back 2 times)"
    )
    assert any("the customer came back once" in line for line in lines)


def test_a_promise_whose_calendar_has_no_hours_left_has_a_page_like_any_other(lumen: Shop, claire: FlaskClient) -> None:
    """C34: and the board shows it, with what is wrong above it."""
    governed(lumen, calendar="fair")
    lumen.clock.forward(timedelta(days=2))
    ticket = lumen.asks("Stand 12", "Zofia Wiśniewska", ago=minutes(40))
    ticking.tick(lumen.ports, ticking.Memory())

    found = page(claire, f"/tickets/{ticket}")

    assert words(found.select_one(".time-left")) == "No due time 1 h left, but not enough opening hours ahead"
    board = words(page(claire, "/tickets"))
    assert "Stand 12" in board
    assert "first response in calendar “fair”" in board


def governed(lumen: Shop, calendar: str = "24x7", steps: str = "") -> None:
    """From now on tickets get this policy; the calendar "fair" is open today and never again."""
    text = f"""
default_policy = "Fair"
[calendars.fair]
zone = "Europe/Berlin"
hours = {{mon = "closed"}}
special_days = {{"2026-11-24" = "08:00–18:00"}}
[[policies]]
name = "Fair"
calendar = "{calendar}"
targets = {{first_response = "1h", next_response = "2h"}}
steps = [{steps}]
[[people]]
address = "{CLAIRE}"
name = "Claire Dubois"
role = "admin"
"""
    configuring.import_(lumen.ports, text, "the tests", open_too=False)


def test_what_happened_stands_below_now_and_what_comes_above_it(lumen: Shop, claire: FlaskClient) -> None:
    ticket = lumen.asks("Refund missing", "Zofia Wiśniewska", ago=minutes(40), text="Where is my money?")
    lumen.gives(ticket, ANA)

    lines = [words(line) for line in page(claire, f"/tickets/{ticket}").select(".timeline li")]

    now = lines.index("10:48 Now")
    assert lines[now - 1] == (
        "10:53 Reminder skipped · 75 % of first response; the promise is shorter than 2 h, so only the last reminder comes"
        " (planned)"
    )
    assert lines[now + 1] == "10:48 Assigned to Ana Ruiz · next in turn"
    assert lines[now + 2].startswith("10:08 Zofia Wiśniewska wrote · ")
    assert lines[now + 2].endswith(" started Where is my money?")


def test_a_promise_in_opening_hours_says_so(sqlite_database: Database, tmp_path: Path) -> None:
    office = {"zone": "Europe/Berlin", "hours": dict.fromkeys(("mon", "tue"), "09:00-17:30"), "business_day": "8h"}
    lumen = shop(sqlite_database, tmp_path / "data", calendar=office)
    ticket = lumen.asks("Refund missing", "Zofia Wiśniewska", ago=minutes(50))

    found = page(signed_in(pages(lumen).test_client(), lumen), f"/tickets/{ticket}")

    assert words(found.select_one(".why summary")).endswith("gets 1 h, counted in opening hours.")


def test_an_answer_within_a_minute_and_what_was_to_spare_make_up_the_promise(lumen: Shop, claire: FlaskClient) -> None:
    ticket = lumen.asks("Spare lens", "Soren Olsen", ago=minutes(100))
    lumen.answers(ticket, ANA, ago=minutes(99.7))

    ended = words(page(claire, f"/tickets/{ticket}").select_one(".ended"))

    assert ended == "Met First response Answered in 1 min, 59 min to spare"


def test_a_long_quote_is_folded_and_nothing_of_it_is_lost(lumen: Shop, claire: FlaskClient) -> None:
    ticket = lumen.asks("Refund missing", "Zofia Wiśniewska", ago=minutes(40), text="\n".join(["one line"] * 9))

    quote = page(claire, f"/tickets/{ticket}").select_one("details.quote")

    assert quote is not None
    assert not quote.has_attr("open")
    assert words(quote.blockquote) == " ".join(["one line"] * 9)


def test_a_quote_keeps_its_paragraphs_and_a_word_without_end_its_beginning(lumen: Shop, claire: FlaskClient) -> None:
    letter = lumen.asks("Refund", "Zofia Wiśniewska", ago=minutes(40), text="Hello,\n\nwhere is my money?\n" * 9)
    shout = lumen.asks("Help", "Mallory", ago=minutes(40), text="See " + "A" * 2000)

    excerpts = [page(claire, f"/tickets/{ticket}").select_one(".excerpt") for ticket in (letter, shout)]

    assert excerpts[0] is not None
    assert excerpts[0].text.startswith("Hello,\n\nwhere is my money?\nHello,")
    assert words(excerpts[1]).startswith("See " + "A" * 500)


def test_the_facts_name_owner_zone_policy_and_label(lumen: Shop, claire: FlaskClient) -> None:
    ticket = lumen.asks("Refund missing", "Zofia Wiśniewska", ago=minutes(50))

    def facts() -> dict[str, str]:
        found = page(claire, f"/tickets/{ticket}").select("dl > div")
        return {words(fact.dt): words(fact.dd) for fact in found}

    assert facts() == {
        "Owner": "Nobody yet",
        "Status": "Open",
        "Priority": "Normal",
        "Mailbox": "support@ lumenvelo.example",
        "Times shown in": "Berlin (CET)",
        "Policy": "Standard support, version 1",
        "Gmail label": "none while observing; live it would be SLA/Urgent",
    }
    lumen.live()
    assert facts()["Gmail label"] == "SLA/Urgent (on its way)"


def test_the_main_act_opens_the_thread_in_gmail(lumen: Shop, claire: FlaskClient) -> None:
    ticket = lumen.asks("Refund missing", "Zofia Wiśniewska", ago=minutes(50), thread="18f2c")

    act = page(claire, f"/tickets/{ticket}").select_one(".acts a[href^='https:']")

    assert act is not None
    assert words(act) == "Open in Gmail"
    assert act["href"] == f"https://mail.google.com/mail/?authuser={ADDRESS.replace('@', '%40')}#all/18f2c"
    assert act["rel"] == ["noreferrer"]


def test_the_demo_leads_to_its_own_mailbox_and_says_that_it_is_one(sqlite_database: Database, tmp_path: Path) -> None:
    google = {"api_root": "http://127.0.0.1:8025/"}
    lumen = shop(sqlite_database, tmp_path / "data", demo=True, google=google)
    browser = signed_in(pages(lumen).test_client(), lumen)
    ticket = lumen.asks("Refund missing", "Zofia Wiśniewska", ago=minutes(50), thread="18f2c")

    found = page(browser, f"/tickets/{ticket}")

    act, preview = found.select_one("#gmail"), found.select_one('.side nav a[href="/addon/preview"]')
    assert words(act) == "Open in the preview"
    assert act is not None
    assert act["href"] == "http://127.0.0.1:8000/addon/preview#/t/18f2c"
    assert words(preview) == "Gmail preview"
    assert words(found.select_one(".demo")) == "Demo. Made-up people; nothing leaves this computer."


def test_a_ticket_read_from_a_file_offers_no_way_into_gmail(lumen: Shop, claire: FlaskClient) -> None:
    ticket = lumen.asks("Refund missing", "Zofia Wiśniewska", ago=minutes(50))
    with lumen.ports.db.write() as conn:
        mailboxes.change(conn, lumen.mailbox_id, kind="import", as_of=lumen.clock.at)

    found = page(claire, f"/tickets/{ticket}")

    assert found.select(".acts") == []
    assert "Gmail label" not in words(found.dl)


def test_a_ticket_read_from_a_file_is_said_to_be_past(lumen: Shop, claire: FlaskClient) -> None:
    ticket = lumen.asks("Refund missing", "Zofia Wiśniewska", ago=minutes(40))
    with lumen.ports.db.write() as conn:
        mailboxes.change(conn, lumen.mailbox_id, kind="import", as_of=lumen.clock.at)
    lumen.clock.forward(minutes(60 * 24 * 60))

    found = page(claire, f"/tickets/{ticket}")

    assert found.select_one("#pulse") is None, "nothing here is live"
    assert words(found.select_one(".imported")) == "Imported, as of Tue 24 Nov 2026 10:48 CET"
    assert words(found.select_one(".time-left")) == "Due 24 Nov 2026 11:08 CET 20 min left"
    assert words(found.select_one(".why summary b")) == "Why 24 Nov 2026 11:08 CET?"
    assert found.select(".next-step, .planned, .labels, .dot") == []
    now = words(found.select_one(".now-rule"))
    assert now == "24 Nov 2026 10:48 Read from a file"


def test_a_solved_ticket_says_since_when_and_how_it_went(lumen: Shop, claire: FlaskClient) -> None:
    ticket = lumen.asks("Thank you", "Ngozi Okafor", ago=minutes(100))
    lumen.answers(ticket, ANA, ago=minutes(10))
    lumen.happens(ticket, Kind.ARCHIVED)

    found = page(claire, f"/tickets/{ticket}")

    assert words(found.select_one(".time-left")) == "Solved 10:48 CET Answered in 1 h 30 min, 30 min over"
    assert [words(line) for line in found.select(".ended li")] == [
        "Met Resolution Solved in 1 h 30 min, 3 h 30 min to spare",
        "Missed First response Answered in 1 h 30 min, 30 min over",
    ]


def test_a_ticket_in_the_trash_says_so(lumen: Shop, claire: FlaskClient) -> None:
    ticket = lumen.asks("Refund missing", "Zofia Wiśniewska", ago=minutes(50))
    lumen.happens(ticket, Kind.REMOVED, {"to": "trash"})

    assert "In Spam or Trash" in words(page(claire, f"/tickets/{ticket}").dl)
    assert claire.get("/tickets?show=all").status_code == 200


def test_a_ticket_that_does_not_exist_gets_a_page_that_leads_back(claire: FlaskClient) -> None:
    for path in ("/tickets/4711", "/tickets/99999999999999999999"):
        answer = claire.get(path)
        assert answer.status_code == 404
        assert "There is nothing here" in answer.text
        assert 'href="/tickets"' in answer.text
