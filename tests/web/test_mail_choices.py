"""The page on which people choose their mails, and the link in the mail of the morning that stops it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from inboxsla.services import preferring, stopping
from inboxsla.storage import people, unreachable
from inboxsla.storage.database import Database
from inboxsla.storage.mail_choices import Choice
from tests.builders import ANA, JONAS, Desk, a_desk, settings
from tests.web.conftest import signed_in
from tests.web.mail_links import browser, page, press, text
from tests.web.reading import page as read
from tests.web.reading import words
from tests.web.settings.filling import send
from tests.web.shop import Shop

PAGE = "/account/mails"


def chosen(lumen: Shop) -> Choice:
    return preferring.of(lumen.ports, ANA).chosen


def test_people_choose_for_themselves_what_they_can_do_without(lumen: Shop, ana: FlaskClient) -> None:
    assert send(ana, PAGE, form="form.mail-choices", digest=[], reminders="late").status_code == 303

    assert chosen(lumen) == Choice(digest=False, reminders="late")
    shown = read(ana, PAGE)
    assert shown.select_one("#reminders-late[checked]") is not None
    assert shown.select_one("#digest[checked]") is None
    assert "Saved." in words(shown.main)


def test_what_is_no_choice_changes_nothing(lumen: Shop, ana: FlaskClient) -> None:
    send(ana, PAGE, form="form.mail-choices", reminders="none at all")
    assert chosen(lumen).reminders == "all"


def test_whoever_sets_up_is_told_that_no_mails_go_to_them(lumen: Shop, stranger: FlaskClient) -> None:
    with lumen.ports.db.write() as conn:
        people.replace_all(conn, lumen.mailbox_id, [])
    answer = signed_in(stranger, lumen).get(PAGE)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")


@pytest.fixture
def desk(sqlite_database: Database) -> Iterator[Desk]:
    with a_desk(sqlite_database, settings(notify={"digest": True})) as made:
        yield made


def stop_link(desk: Desk) -> str:
    with desk.database.read() as conn:
        url = stopping.url(conn, desk.ports, desk.id, ANA)
    return url.removeprefix(desk.ports.settings.server.url)


def gets_digest(desk: Desk) -> bool:
    return preferring.of(desk.ports, ANA).gets_digest


def test_the_link_in_the_mail_asks_first_and_the_button_stops_it(desk: Desk) -> None:
    window, path = browser(desk), stop_link(desk)

    assert "Stop the mail in the morning? " in page(window, path)
    assert gets_digest(desk), "scanners look at links too"

    assert "Ana Ruiz gets no mail in the morning any more." in press(window, path)
    assert not gets_digest(desk)
    assert "Stop the mail in the morning?" in text(window.post(path, data={"go_on": "1"}).text)
    assert gets_digest(desk)


def test_a_mail_program_stops_it_without_a_page(desk: Desk) -> None:
    answer = browser(desk).post(stop_link(desk), data={"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert not gets_digest(desk)


def test_the_link_of_somebody_who_left_does_nothing(desk: Desk) -> None:
    path = stop_link(desk)
    with desk.database.write() as conn:
        people.replace_all(conn, desk.id, [])
    assert browser(desk).post(path).status_code == 403
    assert gets_digest(desk)


def test_whoever_chose_late_reminders_gets_none_before(desk: Desk) -> None:
    preferring.change(desk.ports, ANA, ANA, reminders="late")
    thread = desk.writes().thread_id
    desk.sync()
    desk.owned_by(thread, ANA)
    desk.later(hours=3)
    assert desk.mailed() == []

    desk.later(minutes=36)
    assert desk.mailed() == [ANA]


def test_whoever_stands_in_gets_what_the_owner_could_do_without(desk: Desk) -> None:
    preferring.change(desk.ports, JONAS, JONAS, reminders="overdue")
    with desk.database.write() as conn:
        unreachable.note(conn, ANA, "it came back", desk.clock())
    thread = desk.writes().thread_id
    desk.sync()
    desk.owned_by(thread, ANA)
    desk.later(hours=3)
    assert desk.mailed() == [JONAS]
