"""Whether the doctor says that alarms reach somebody, and proves it by a mail that went."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from inboxsla.errors import NoSuchRecipient
from inboxsla.services import trial_mails
from inboxsla.storage import mailboxes
from inboxsla.storage.database import Database
from tests.builders import ANA, JONAS, Desk, a_desk, settings
from tests.checkup.reading import problems, the
from tests.post import Post
from tests.services.test_alarm_mails import PEOPLE, equip, later, raised, routed, shown, text


@pytest.fixture
def desk(sqlite_database: Database, post: Post) -> Iterator[Desk]:
    with a_desk(sqlite_database, routed(post)) as made:
        equip(made, made.ports.settings)
        yield made


def test_a_live_mailbox_without_a_second_route_is_a_problem_and_a_demo_is_none(desk: Desk) -> None:
    equip(desk, settings(people=PEOPLE))
    found = the("alarms.route", desk.ports)
    assert not found.ok
    assert "there is no second route" in found.words
    equip(desk, settings(people=PEOPLE, demo=True))
    with pytest.raises(ValueError, match="not enough values"):
        the("alarms.route", desk.ports)
    equip(desk, settings(people=PEOPLE))
    with desk.database.write() as conn:
        mailboxes.change(conn, desk.id, mode="observed")
    with pytest.raises(ValueError, match="not enough values"):
        the("alarms.route", desk.ports)


def test_a_route_through_a_mailbox_is_none(desk: Desk) -> None:
    equip(desk, settings(people=PEOPLE, alarms={"route": "gmail", "account": "post@lumenvelo.example"}))
    assert "alarms.tested" in problems(desk.ports)
    with desk.database.write() as conn:
        mailboxes.ensure(conn, "gmail", "post@lumenvelo.example")
    assert "which is a mailbox they may be about" in the("alarms.route", desk.ports).words


def test_a_route_counts_as_tested_once_a_mail_went_by_exactly_this_way(desk: Desk, post: Post) -> None:
    assert "Nobody has tried yet" in problems(desk.ports)["alarms.tested"].words
    assert list(trial_mails.alarms(desk.ports)) == [(ANA, None)]
    with desk.database.write() as conn:
        mailboxes.change(conn, desk.id, mode="observed")
    assert the("alarms.route", desk.ports).ok
    with desk.database.write() as conn:
        mailboxes.change(conn, desk.id, mode="live")
    route = the("alarms.route", desk.ports)
    assert route.ok
    assert route.words.startswith(f"Alarms go to {ANA} through the mail server 127.0.0.1, which last worked")
    equip(desk, routed(post, smtp=post.settings(host="localhost")))
    assert "Nobody has tried yet" in problems(desk.ports)["alarms.tested"].words
    post.refuses[ANA] = "550 No such user"
    list(trial_mails.alarms(desk.ports))
    assert "No such user" in problems(desk.ports)["alarms.tested"].words
    equip(desk, routed(post, alarms={"route": "smtp", "recipients": [ANA, JONAS]}))
    list(trial_mails.alarms(desk.ports))
    assert "No such user" in problems(desk.ports)["alarms.tested"].words, "one who is not reached is enough"
    equip(desk, routed(post))
    with desk.database.write() as conn:
        conn.exec_driver_sql("UPDATE people SET role = 'agent'")
    assert "no admin is on the people list" in problems(desk.ports)["alarms.recipients"].words


def test_a_test_says_that_nothing_is_wrong_and_leads_to_where_the_route_is_set(desk: Desk, post: Post) -> None:
    equip(desk, routed(post, alarms={"route": "smtp", "recipients": ["müller@elsewhere.example", ANA]}))
    (_, right), (_, wrong) = trial_mails.alarms(desk.ports)
    assert "is not an address that mails can go to" in str(wrong)
    assert right is None
    assert "Test. Nothing is wrong. This is a test of InboxSLA's alarms." in text(post)
    (link,) = shown(post).find_all("a")
    assert link["href"] == "https://desk.lumenvelo.example/settings/notifications"


def test_a_test_mail_to_a_mistyped_address_says_nothing_of_the_route(desk: Desk, post: Post) -> None:
    equip(desk, routed(post, mail={"way": "smtp"}))
    list(trial_mails.alarms(desk.ports))
    post.refuses["anna@lumenvelo.example"] = "550 5.1.1 No such user"
    with pytest.raises(NoSuchRecipient, match="No such user"):
        trial_mails.by_way_in_force(desk.ports, "anna@lumenvelo.example")
    assert the("alarms.route", desk.ports).ok


def test_an_alarm_that_was_taken_proves_the_route_as_well(desk: Desk) -> None:
    raised(desk, "a/1", "Something.")
    later(desk, seconds=15)
    assert the("alarms.route", desk.ports).ok


def test_a_route_that_is_closed_now_is_not_called_fine_for_having_worked_once(desk: Desk) -> None:
    list(trial_mails.alarms(desk.ports))
    raised(desk, "alarm-route/", "Alarms cannot be mailed through the mail server 127.0.0.1: it does not answer.")
    route = the("alarms.route", desk.ports)
    assert not route.ok
    assert "Nothing goes out through the mail server 127.0.0.1 now. It last worked" in route.words


def test_mails_that_wait_for_another_way_are_named_with_what_stands_in_it(desk: Desk, post: Post) -> None:
    equip(desk, routed(post, mail={"way": "smtp"}, smtp=post.settings(port=1)))
    thread = desk.writes().thread_id
    desk.catch_up()
    desk.owned_by(thread, ANA)
    desk.later(hours=3)
    assert "mail.elsewhere" not in problems(desk.ports), "it has had no time yet"
    desk.later(minutes=6)
    found = the("mail.elsewhere", desk.ports)
    assert "smtp:desk@relay.example: 127.0.0.1:1 cannot be reached" in found.words
    equip(desk, routed(post, mail={"way": "smtp"}))
    desk.later(minutes=2)
    assert post.mailed[0] == ANA
    assert "mail.elsewhere" not in problems(desk.ports)
