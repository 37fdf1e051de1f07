"""Alarms reach the admins by a way that no mailbox takes along when it fails."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup

from inboxsla import wiring
from inboxsla.config import Settings
from inboxsla.notify.mailer import Mailer, Way
from inboxsla.notify.smtp import SmtpRelay
from inboxsla.services import access, alarm_mails, writing
from inboxsla.storage import mailboxes, records
from inboxsla.storage.alarm_mails import claim_next
from inboxsla.storage.database import Database
from tests.builders import ANA, CLAIRE, JONAS, SUPPORT, Desk, a_desk, settings
from tests.post import Post
from tests.workers.processes import until
from workers import ticker

BOSS = "boss@elsewhere.example"
PEOPLE = [
    {"address": ANA, "name": "Ana Ruiz", "role": "admin", "zone": "America/New_York"},
    {"address": JONAS, "name": "Jonas Weber"},
    {"address": CLAIRE, "name": "Claire Dubois", "role": "lead"},
]


def routed(post: Post, **more: Any) -> Settings:
    server = {"base_url": "https://desk.lumenvelo.example"}
    said = {"alarms": {"route": "smtp"}, "people": PEOPLE, "smtp": post.settings(), "server": server, **more}
    return settings(**said)


def equip(desk: Desk, chosen: Settings) -> None:
    """The desk as it restarts with these settings."""

    def mailer(way: Way) -> Mailer:
        return SmtpRelay(wiring.relay(chosen))

    desk.ports = replace(desk.ports, settings=chosen, mailer=mailer)


@pytest.fixture
def desk(sqlite_database: Database, post: Post) -> Iterator[Desk]:
    with a_desk(sqlite_database, routed(post)) as made:
        equip(made, made.ports.settings)
        yield made


def raised(desk: Desk, key: str, words: str) -> None:
    with desk.database.write() as conn:
        records.alarm(conn, key, words, desk.clock(), desk.id)


def cleared(desk: Desk, key: str) -> None:
    with desk.database.write() as conn:
        records.clear_alarms(conn, key)


def later(desk: Desk, **span: float) -> int:
    """Time passes, and the route is looked at as often as the ticker does."""
    desk.clock.forward(**span)
    return alarm_mails.run(desk.ports)


def text(post: Post, number: int = -1) -> str:
    body = post.mails[number].get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def shown(post: Post, number: int = -1) -> BeautifulSoup:
    body = post.mails[number].get_body(("html",))
    assert body is not None
    return BeautifulSoup(str(body.get_content()), "lxml")


def test_a_lost_mailbox_is_mailed_to_the_admins_though_nothing_goes_through_it(desk: Desk, post: Post) -> None:
    desk.store.revoke(SUPPORT)
    desk.sync()
    alarm_mails.run(desk.ports)
    with desk.calls() as calls:
        assert later(desk, seconds=15) == 1
    assert calls == {}
    assert post.mailed == [ANA]
    (mail,) = post.mails
    assert str(mail["Subject"]).startswith(f"Alarm: Gmail no longer lets us into {SUPPORT}")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "EST" in text(post), "in the reader's zone"
    assert "admin on the people list" in text(post)
    assert f"InboxSLA for {SUPPORT}" in text(post)
    assert [link["href"] for link in shown(post).find_all("a")] == ["https://desk.lumenvelo.example/settings/mailboxes"]


def test_several_that_arise_together_are_one_mail(desk: Desk, post: Post) -> None:
    raised(desk, "a/1", "The first thing.")
    later(desk, seconds=10)
    raised(desk, "a/2", "The second thing.")
    later(desk, seconds=10)
    assert post.mailed == []
    later(desk, seconds=5)
    assert post.mailed == [ANA]
    assert str(post.mails[0]["Subject"]).startswith("2 alarms: The first thing.")
    assert "The first thing." in text(post)
    assert "The second thing." in text(post)


def test_what_keeps_arising_is_told_after_a_minute_at_the_latest(desk: Desk, post: Post) -> None:
    for number in range(7):
        raised(desk, f"a/{number}", f"Thing {number}.")
        later(desk, seconds=10)
    assert post.mailed == [ANA]


def test_an_alarm_is_told_once_and_once_a_day_while_it_lasts(desk: Desk, post: Post) -> None:
    for _ in range(30):
        raised(desk, "a/1", "It lasts.")
        later(desk, hours=1)
    assert post.mailed == [ANA, ANA]
    assert str(post.mails[1]["Subject"]).startswith("Still so: It lasts.")


def test_when_it_is_over_that_is_one_line_and_what_flickers_is_not_over(desk: Desk, post: Post) -> None:
    raised(desk, "a/1", "It flickers.")
    later(desk, seconds=15)
    cleared(desk, "a/1")
    later(desk, minutes=5)
    raised(desk, "a/1", "It flickers.")
    later(desk, minutes=6)
    assert len(post.mailed) == 1
    cleared(desk, "a/1")
    later(desk, seconds=5)
    later(desk, minutes=10)
    assert [str(mail["Subject"]) for mail in post.mails][1:] == ["Over: It flickers."]
    later(desk, hours=30)
    assert len(post.mailed) == 2
    raised(desk, "a/1", "It flickers.")
    later(desk, seconds=15)
    assert len(post.mailed) == 3


def test_what_was_not_seen_for_a_day_is_not_called_over(desk: Desk, post: Post) -> None:
    raised(desk, "bounce/1", "A mail came back.")
    later(desk, seconds=15)
    later(desk, hours=24)
    later(desk, minutes=10)
    assert str(post.mails[-1]["Subject"]) == "Not seen again for a day: A mail came back."


def test_nobody_reachable_and_a_mailbox_that_is_not_seen_are_alarms_too(desk: Desk, post: Post) -> None:
    desk.sync()
    later(desk, minutes=20)
    later(desk, seconds=15)
    assert f"Nothing of {SUPPORT} has been seen for a while" in text(post)
    desk.sync()
    later(desk, seconds=5)
    later(desk, minutes=4)
    desk.sync()
    later(desk, minutes=4)
    desk.sync()
    later(desk, minutes=4)
    assert str(post.mails[-1]["Subject"]).startswith("Over: Nothing of")


def test_recipients_that_are_named_get_them_instead_of_the_admins(desk: Desk, post: Post) -> None:
    equip(desk, routed(post, alarms={"route": "smtp", "recipients": [BOSS, CLAIRE]}))
    raised(desk, "a/1", "Something.")
    later(desk, seconds=15)
    assert post.mailed == [BOSS, CLAIRE]
    assert "settings of InboxSLA name you" in text(post)


def test_an_admin_hears_only_of_the_mailboxes_they_look_after(desk: Desk, post: Post) -> None:
    with desk.database.write() as conn:
        other = mailboxes.ensure(conn, "gmail", "sales@lumenvelo.example")
        records.alarm(conn, "a/other", "Of another mailbox.", desk.clock(), other.id)
        records.alarm(conn, "a/all", "Of everything.", desk.clock())
    later(desk, seconds=15)
    assert post.mails[0]["Subject"].startswith("Alarm: Of everything.")
    assert "Of another mailbox" not in text(post)


def test_a_route_that_fails_is_shown_and_the_mail_goes_out_the_same_when_it_is_back(desk: Desk, post: Post) -> None:
    equip(desk, routed(post, smtp=post.settings(port=1)))
    raised(desk, "a/1", "Something.")
    later(desk, seconds=15)
    assert any(words.startswith("Alarms cannot be mailed through the mail server") for words in desk.board().alarms)
    raised(desk, "a/2", "Something else.")
    later(desk, seconds=30)
    equip(desk, routed(post))
    later(desk, minutes=2)
    assert [str(mail["Subject"])[:17] for mail in post.mails] == ["Alarm: Something."]
    assert not any("cannot be mailed" in words for words in desk.board().alarms)
    later(desk, seconds=5)
    assert "Something else." in text(post)


def test_one_that_nobody_knows_the_fate_of_comes_again_under_its_message_id(desk: Desk, post: Post) -> None:
    post.cuts = 1
    raised(desk, "a/1", "Something.")
    later(desk, seconds=15)
    later(desk, minutes=1)
    first, again = post.arrived
    assert first.original_content == again.original_content
    assert later(desk, hours=1) == 0


def test_a_process_that_dies_before_it_sends_loses_no_alarm(desk: Desk, post: Post) -> None:
    raised(desk, "a/1", "Something.")
    desk.clock.forward(seconds=15)
    way = Way.of("smtp:desk@relay.example")
    alarm_mails._compose(desk.ports, way)
    with desk.database.write() as conn:
        dead = claim_next(conn, str(way), desk.clock(), desk.clock() + timedelta(minutes=5))
    assert dead is not None
    later(desk, minutes=4)
    assert post.mailed == []
    later(desk, minutes=1)
    assert dead.marker in str(post.mails[0]["Message-ID"])


def test_somebody_no_mail_can_go_to_does_not_keep_the_others_from_being_told(desk: Desk, post: Post) -> None:
    equip(desk, routed(post, alarms={"route": "smtp", "recipients": ["müller@elsewhere.example", ANA]}))
    raised(desk, "a/1", "Something.")
    later(desk, seconds=15)
    assert post.mailed == [ANA]
    later(desk, seconds=5)
    assert any("cannot be mailed to müller@elsewhere.example" in words for words in desk.board().alarms)


def test_a_recipient_who_is_refused_stays_shown_and_does_not_hold_the_others(desk: Desk, post: Post) -> None:
    equip(desk, routed(post, alarms={"route": "smtp", "recipients": [ANA, BOSS]}))
    post.refuses[ANA] = "550 No such user"
    raised(desk, "a/1", "Something.")
    later(desk, seconds=15)
    later(desk, minutes=1)
    assert post.mailed == [BOSS]
    assert any(f"cannot be mailed to {ANA}" in words for words in desk.board().alarms)


def test_an_alarm_leads_to_the_ticket_it_is_about_and_one_of_no_known_kind_to_the_board(desk: Desk, post: Post) -> None:
    raised(desk, "settle/7", "Ticket 7 could not be processed.")
    raised(desk, "settle/../../evil", "Something else.")
    raised(desk, "a/1", "Something.")
    later(desk, seconds=15)
    links = [link["href"].removeprefix("https://desk.lumenvelo.example") for link in shown(post).find_all("a")]
    assert links == ["/tickets/7", "/tickets", "/tickets", "/tickets"]


def test_without_a_route_nothing_is_mailed(desk: Desk, post: Post) -> None:
    equip(desk, settings(people=PEOPLE))
    raised(desk, "a/1", "Something.")
    later(desk, seconds=15)
    assert post.mailed == []


def test_alarms_go_out_while_labels_and_mail_are_stopped(desk: Desk, post: Post) -> None:
    writing.stop(desk.ports, "ana")
    access.lost(desk.ports, desk.mailbox, "Somebody took it back.")
    later(desk, seconds=15)
    assert post.mailed == [ANA]


class Stuck:
    """A bell that nobody gets away from, until the test is over."""

    def __init__(self) -> None:
        self.over = threading.Event()

    def ring(self, job: str, keys: Sequence[int]) -> None:
        self.over.wait(30)

    def ping(self) -> None:
        self.over.wait(30)


def test_a_ticker_that_hangs_over_a_mailbox_does_not_hold_an_alarm(desk: Desk, post: Post) -> None:
    raised(desk, "a/1", "Something.")
    desk.clock.forward(minutes=1)
    bell, stopping = Stuck(), threading.Event()
    stuck = replace(desk.ports, bell=bell)
    running = threading.Thread(target=ticker.run, args=(stuck,), kwargs={"stopping": stopping})
    running.start()
    try:
        until(lambda: post.mailed, "the alarm arrives")
    finally:
        stopping.set()
        bell.over.set()
        running.join()
    assert post.mailed == [ANA]
