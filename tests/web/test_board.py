from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from inboxsla import listing
from inboxsla.domain.people import Person
from inboxsla.domain.timeline import Kind
from inboxsla.services import queries, setup
from inboxsla.storage import first_readings, mailboxes, people, records
from inboxsla.web import board as board_pages
from tests.services.mailbox_files import Mail, imported, written
from tests.web.reading import groups, page, rows, words
from tests.web.shop import ADDRESS, ANA, CLAIRE, JONAS, TUESDAY, Shop, minutes, settings


def test_the_front_door_leads_to_the_board(claire: FlaskClient) -> None:
    assert claire.get("/").location == "/tickets"


def test_tickets_stand_in_groups_the_most_urgent_first(lumen: Shop, claire: FlaskClient) -> None:
    lumen.asks("Which mount fits?", "Kim Minjun", ago=minutes(5))
    lumen.asks("Battery swollen", "Joao Gomes", ago=minutes(70))
    lumen.asks("Refund missing", "Zofia Wiśniewska", ago=minutes(50))
    lumen.asks("Invoice please", "Misaki Tanaka", ago=minutes(33))
    paused = lumen.asks("Spare lens", "Soren Olsen", ago=minutes(40))
    lumen.answers(paused, ANA, ago=minutes(10))

    board = page(claire, "/tickets")

    assert groups(board) == {
        "Overdue 1": ["Battery swollen"],
        "Urgent 1": ["Refund missing"],
        "Medium 1": ["Invoice please"],
        "Low 1": ["Which mount fits?"],
        "Paused 1": ["Spare lens"],
    }


def test_a_row_says_the_time_first_and_names_its_zone(lumen: Shop, claire: FlaskClient) -> None:
    ticket = lumen.asks("Refund missing", "Zofia Wiśniewska", ago=minutes(50))
    lumen.gives(ticket, ANA)

    row = page(claire, "/tickets").select_one(f"#ticket-{ticket}")

    assert row is not None
    assert [words(cell) for cell in row.select("td")] == [
        "10 min left due 10:58 CET",
        "",
        f"Refund missing Zofia Wiśniewska · {ticket}",
        "First response",
        "Normal",
        "AR Ana Ruiz",
    ]
    due = row.select_one("time")
    assert due is not None
    assert due["datetime"] == "2026-11-24T09:58:00+00:00"
    assert due["title"] == "24 Nov 2026, 10:58:00\N{NO-BREAK SPACE}CET"


def test_the_bar_holds_no_style_attribute_because_the_policy_forbids_it(lumen: Shop, claire: FlaskClient) -> None:
    lumen.asks("Battery swollen", "Joao Gomes", ago=minutes(66))

    board = page(claire, "/tickets")

    assert board.select("svg.bar rect.past"), "an overdue bar runs past its due stroke"
    assert not board.select("[style], style, script:not([src])")
    assert not [tag for tag in board.find_all(True) for name in tag.attrs if name.startswith("on")]


def test_filters_show_counts_and_what_they_promise(lumen: Shop, claire: FlaskClient) -> None:
    owned = lumen.asks("Refund missing", "Zofia Wiśniewska", ago=minutes(5))
    lumen.gives(owned, JONAS)
    lumen.asks("Which mount fits?", "Kim Minjun", ago=minutes(6))
    lumen.happens(lumen.asks("Thank you", "Ngozi Okafor", ago=minutes(7)), Kind.ARCHIVED)

    board = page(claire, "/tickets")

    assert words(board.select_one(".filters nav")) == "Open 2 Nobody yet 1 Solved 1 All 3"
    assert rows(page(claire, "/tickets?show=nobody")) == ["Which mount fits?"]
    assert groups(page(claire, "/tickets?show=solved")) == {"Solved 1": ["Thank you"]}
    assert len(rows(page(claire, "/tickets?show=all"))) == 3
    assert rows(page(claire, "/tickets?show=everything")) == rows(board), "an unknown filter is the first one"


def test_a_mailbox_can_be_shown_alone(lumen: Shop, claire: FlaskClient) -> None:
    lumen.asks("Refund missing", "Zofia Wiśniewska", ago=minutes(5))
    with lumen.ports.db.write() as conn:
        other = mailboxes.ensure(conn, "gmail", "orders@lumenvelo.example", aliases=(), own_lists=())
        people.replace_all(conn, other.id, [Person(CLAIRE, "Claire Dubois", "admin", "Europe/Berlin")])

    links = page(claire, "/tickets").select('nav[aria-label="Which mailbox"] a')

    assert [words(link) for link in links] == ["All mailboxes", "orders@lumenvelo.example", ADDRESS]
    assert rows(page(claire, f"/tickets?mailbox={other.id}")) == []
    assert rows(page(claire, f"/tickets?mailbox={lumen.mailbox_id}")) == ["Refund missing"]


def test_a_mailbox_read_from_a_file_stands_apart_and_is_not_live(lumen: Shop, claire: FlaskClient) -> None:
    lumen.asks("Refund missing", "Zofia Wiśniewska", ago=minutes(5))
    with lumen.ports.db.write() as conn:
        file = mailboxes.ensure(conn, "import", ADDRESS, aliases=(), own_lists=())
        mailboxes.change(conn, file.id, as_of=TUESDAY)

    live, past = page(claire, "/tickets"), page(claire, f"/tickets?mailbox={file.id}")

    assert [words(link) for link in live.select('nav[aria-label="Which mailbox"] a')] == [
        "All live mailboxes",
        ADDRESS,
        f"{ADDRESS} (imported)",
    ]
    assert live.select_one("#pulse") is not None
    assert past.select_one("#pulse") is None
    assert words(past.select_one(".imported")) == "Imported, as of Tue 24 Nov 10:48 CET"
    assert "This mailbox was read from a file." in words(past.select_one(".empty"))


def test_an_empty_board_says_what_would_be_here(claire: FlaskClient) -> None:
    text = words(page(claire, "/tickets").select_one(".empty"))

    assert text.startswith("No open tickets New mail to support@lumenvelo.example appears here by itself")
    assert "within seconds. Threads that were already archived stay closed." in text
    assert text.endswith("support@lumenvelo.example has not been read yet.")


def test_a_mailbox_that_is_not_read_promises_no_mail(lumen: Shop, claire: FlaskClient) -> None:
    with lumen.ports.db.write() as conn:
        mailboxes.change(conn, lumen.mailbox_id, sync_error="It is not connected.")
    board = page(claire, "/tickets")
    assert "Nothing new appears here for now; the line above says why." in words(board.select_one(".empty"))
    assert words(board.select_one(".banner-warning p")) == f"{ADDRESS} · It is not connected."
    assert "by itself" not in words(page(claire, "/tickets?show=all").select_one(".empty"))


def test_a_mailbox_that_left_the_configuration_is_shown_where_it_is_chosen(lumen: Shop, claire: FlaskClient) -> None:
    lumen.live()
    ticket = lumen.asks("Refund missing", "Zofia Wiśniewska", ago=minutes(5))
    setup.prepare(replace(lumen.ports, settings=settings(lumen.ports.settings.data_dir, mailboxes=[])))

    board = page(claire, "/tickets")

    assert rows(board) == []
    assert words(board.select_one(".empty")).startswith("No mailbox is read What was read before is no longer in the")
    assert board.select_one(".banner") is None
    assert [words(link) for link in board.select('nav[aria-label="Which mailbox"] a')] == [
        "All live mailboxes",
        f"{ADDRESS} (no longer configured)",
    ]
    assert rows(page(claire, f"/tickets?mailbox={lumen.mailbox_id}")) == ["Refund missing"]
    gone = words(page(claire, f"/tickets?mailbox={lumen.mailbox_id}&show=nobody").select_one(".filters nav"))
    assert gone == "Open 1 Nobody yet 1 Solved 0 All 1"
    assert page(claire, f"/tickets/{ticket}").select_one("#gmail") is None
    imported(lumen.ports, written(lumen.ports.settings.data_dir / "old.mbox", Mail("1", subject="Old lamp")))
    board = page(claire, "/tickets")
    assert rows(board) == ["Old lamp"]
    assert words(board.select_one("#box-all")) == "All imported mailboxes"


def test_an_observed_mailbox_says_that_nothing_goes_out_and_offers_the_next_step(
    lumen: Shop, claire: FlaskClient, ana: FlaskClient
) -> None:
    for browser, told in ((claire, "Go on setting up"), (ana, "What would have happened")):
        banner = page(browser, "/tickets").select_one(".banner-info")
        assert banner is not None
        assert "Nothing is written to Gmail and nobody is mailed until an admin makes it live." in words(banner)
        (link,) = banner.select("a")
        assert words(link) == told
        assert browser.get(str(link["href"]), follow_redirects=True).status_code == 200

    lumen.live()

    assert page(claire, "/tickets").select_one(".banner-info") is None


def test_trouble_with_a_mailbox_and_alarms_stand_above_the_list(lumen: Shop, claire: FlaskClient) -> None:
    with lumen.ports.db.write() as conn:
        mailboxes.change(conn, lumen.mailbox_id, sync_error="Gmail has not answered since 10:32. Nothing is lost.")
        records.alarm(conn, "nobody", "Nobody can be told about ticket 7.", TUESDAY)

    board = page(claire, "/tickets")

    assert words(board.select_one(".banner-warning p")).endswith("Gmail has not answered since 10:32. Nothing is lost.")
    assert words(board.select_one(".banner-error")) == "Nobody can be told about ticket 7."


def test_a_mailbox_that_is_read_for_the_first_time_shows_how_far_that_is(lumen: Shop, claire: FlaskClient) -> None:
    lumen.live()
    day = timedelta(days=1)
    with lumen.ports.db.write() as conn:
        first_readings.begin(conn, lumen.mailbox_id, TUESDAY - minutes(10), TUESDAY - minutes(10) - 30 * day)
        first_readings.change(conn, lumen.mailbox_id, reached=TUESDAY - minutes(10) - 12 * day)

    banner = page(claire, "/tickets").select_one(".banner-info")

    assert banner is not None
    assert words(banner.select_one("label")) == (
        f"Reading {ADDRESS} for the first time. 40 % done, 0 conversations so far, about 15 min to go. "
        "New mail is read meanwhile."
    )
    assert banner.select_one("progress")["value"] == "40"
    assert "40 % done" in listing.as_table(queries.board(lumen.ports))
    with lumen.ports.db.write() as conn:
        first_readings.change(conn, lumen.mailbox_id, finished_at=TUESDAY)
    assert page(claire, "/tickets").select_one(".banner-info") is None


def test_more_tickets_than_a_page_holds_are_counted_and_can_be_shown(
    lumen: Shop, claire: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board_pages, "PAGE", 5)
    for number in range(8):
        lumen.asks(f"Question {number}", "Kim Minjun", ago=minutes(1))

    board = page(claire, "/tickets")

    assert len(rows(board)) == 5
    assert words(board.select_one(".more")) == "3 more tickets are not shown. Show more"
    assert len(rows(page(claire, "/tickets?limit=10"))) == 8


def test_the_page_is_asked_for_news_only_and_hears_nothing_while_there_are_none(
    lumen: Shop, claire: FlaskClient
) -> None:
    lumen.asks("Refund missing", "Zofia Wiśniewska", ago=minutes(5))
    region = page(claire, "/tickets").select_one("#live")
    assert region is not None
    asking = {"HX-Request": "true", "If-None-Match": f'"{region["data-tag"]}"'}

    assert claire.get(str(region["hx-get"]), headers=asking).status_code == 304

    lumen.asks("Which mount fits?", "Kim Minjun", ago=minutes(1))
    news = claire.get(str(region["hx-get"]), headers=asking)

    assert news.status_code == 200
    assert news.get_etag()[0] not in (None, region["data-tag"])
    assert "Which mount fits?" in news.text
    assert "<html" not in news.text


def test_the_page_changes_by_the_minute_and_not_by_the_second(lumen: Shop, claire: FlaskClient) -> None:
    lumen.asks("Refund missing", "Zofia Wiśniewska", ago=minutes(5.5))
    lumen.asks("Battery swollen", "Joao Gomes", ago=minutes(80.5))

    def shown() -> object:
        return claire.get("/tickets", headers={"HX-Request": "true"}).get_etag()

    at_first = shown()
    lumen.clock.forward(minutes(0.4))
    assert shown() == at_first
    lumen.clock.forward(minutes(0.3))
    assert shown() != at_first
