"""Mails to staff that go out by another way than the shared mailbox: a relay, or a Gmail account that only sends."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from inboxsla.domain.timeline import Kind
from inboxsla.errors import Refused
from inboxsla.notify.mailer import Taken
from inboxsla.services import queries
from inboxsla.services.other_ways import MOST_TRIES
from inboxsla.storage import closed_ways, mailboxes
from inboxsla.storage.database import Database
from tests.builders import ANA, JONAS, SUPPORT, Desk
from tests.post import Post, a_post
from tests.services import worker_of_one_run
from tests.services.ways_out import RELAY, by_relay, equip, owing, states, threads
from tests.services.worker_of_one_run import ACCEPTED, CLAIMED

# Real processes, forked from one that has imported everything and runs nothing.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([worker_of_one_run.__name__])


@pytest.fixture
def desk(sqlite_database: Database, post: Post) -> Iterator[Desk]:
    with owing(sqlite_database, by_relay(post)) as made:
        yield made


def test_reminders_go_through_the_relay_and_answers_still_to_the_mailbox(desk: Desk, post: Post) -> None:
    with desk.calls() as calls:
        desk.deliver()
    assert calls["messages.send"] == 0
    assert post.mailed == [ANA, JONAS]
    assert {one.mail_from for one in post.arrived} == {RELAY}
    for mail in post.mails:
        assert (mail["From"].addresses[0].addr_spec, mail["Reply-To"]) == (RELAY, SUPPORT)
        assert mail["Message-ID"] == f"<{mail['X-InboxSLA-Id']}@relay.example>"
        assert mail["Auto-Submitted"] == "auto-generated"
    assert (states(desk), desk.outbox()) == (["sent", "sent"], {"done": 2})
    desk.later(minutes=5)
    assert len(post.mailed) == 2


def test_a_staff_member_who_answers_such_a_mail_leaves_a_note(desk: Desk, post: Post) -> None:
    desk.deliver()
    first = post.mails[0]
    answer = desk.writes(ANA, "I am on it.", f"Re: {first['Subject']}", headers={"In-Reply-To": first["Message-ID"]})
    desk.sync()
    assert desk.find(answer.thread_id) is None
    asked = next(thread for thread in threads(desk) if Kind.NOTED in desk.kinds(thread))
    assert desk.ticket(asked).subject == f"A lamp for {ANA}"


def test_such_a_mail_that_comes_into_the_mailbox_is_known_as_ours(desk: Desk, post: Post) -> None:
    desk.deliver()
    raw = post.arrived[0].original_content
    assert isinstance(raw, bytes)
    placed = desk.store.deliver(SUPPORT, raw)
    desk.sync()
    assert desk.find(placed.thread_id) is None
    assert [row.kind for row in desk.kept(placed.thread_id)] == ["ours"]


def test_the_next_reminder_goes_on_with_the_conversation(desk: Desk, post: Post) -> None:
    desk.deliver()
    desk.later(minutes=40)
    first = next(mail for mail in post.mails if mail["To"].addresses[0].addr_spec == ANA)
    second = [mail for mail in post.mails if mail["To"].addresses[0].addr_spec == ANA][1]
    assert second["In-Reply-To"] == second["References"] == first["Message-ID"]
    assert second["Subject"] == f"Re: {first['Subject']}"


def test_a_refused_recipient_is_shown_with_the_reason_and_a_colleague_gets_theirs(desk: Desk, post: Post) -> None:
    post.refuses[ANA] = "550 5.1.1 No such user here"
    desk.deliver()
    assert post.mailed == [JONAS]
    assert any(ANA in words and "No such user here" in words for words in desk.board().alarms)
    assert [mail.reason for mail in queries.mails(desk.ports) if mail.recipient == ANA][0].endswith("No such user here")
    desk.later(minutes=10)
    assert post.mailed == [JONAS, JONAS]


def test_a_greylisted_mail_comes_again_the_same_and_holds_nobody_up(desk: Desk, post: Post) -> None:
    post.refuses[ANA] = "451 4.7.1 Greylisted"
    desk.deliver()
    assert post.mailed == [JONAS]
    post.refuses.clear()
    desk.clock.forward(minutes=4)
    desk.deliver()
    assert post.mailed == [JONAS]
    desk.clock.forward(minutes=1)
    desk.deliver()
    assert post.mailed == [JONAS, ANA]
    assert [words for words in desk.board().alarms if "Greylisted" in words] == []


def test_a_line_cut_after_the_mail_means_once_more_with_the_same_message_id(desk: Desk, post: Post) -> None:
    post.cuts = 1
    desk.deliver()
    assert states(desk) == ["sent", "unknown"]
    assert {mail.looked_for for mail in queries.mails(desk.ports)} == {False}
    desk.clock.forward(seconds=50)
    desk.sync()
    desk.deliver()
    assert post.mailed == [ANA, JONAS], "a look into the mailbox proves nothing about the relay"
    desk.clock.forward(seconds=11)
    assert desk.tick() > 0
    desk.deliver()
    assert post.mailed == [ANA, JONAS, ANA]
    first, _, again = post.arrived
    assert first.original_content == again.original_content
    assert (states(desk), desk.outbox()) == (["sent", "sent"], {"done": 2})
    desk.later(minutes=5)
    assert len(post.mailed) == 3


def test_a_relay_that_hangs_is_left_in_time_and_asked_again(sqlite_database: Database, post: Post) -> None:
    with owing(sqlite_database, by_relay(post, timeout="0.2s")) as desk:
        post.hangs = 1
        desk.deliver()
        assert states(desk) == ["sent", "unknown"]
        desk.clock.forward(seconds=61)
        desk.deliver()
        assert states(desk) == ["sent", "sent"]


def test_a_relay_that_never_answers_ends_in_an_alarm_and_not_in_a_storm(desk: Desk, post: Post) -> None:
    with desk.database.write() as conn:
        conn.exec_driver_sql("DELETE FROM outbox WHERE id IN (SELECT max(id) FROM outbox)")
    post.cuts = 100
    for _ in range(12):
        desk.deliver()
        desk.clock.forward(minutes=20)
    assert len(post.mailed) == MOST_TRIES
    assert states(desk) == ["failed"]
    assert any("Nobody can tell whether a mail to" in words for words in desk.board().alarms)


def test_a_mail_that_was_put_off_often_is_sent_again_when_a_line_is_cut(desk: Desk, post: Post) -> None:
    post.refuses[ANA] = "451 4.7.1 Greylisted"
    for _ in range(MOST_TRIES):
        desk.deliver()
        desk.clock.forward(minutes=6)
    post.refuses.clear()
    post.cuts = 1
    desk.deliver()
    desk.clock.forward(seconds=61)
    desk.deliver()
    assert post.mailed == [JONAS, ANA, ANA]
    first, again = post.mails[1:]
    assert first["Message-ID"] == again["Message-ID"]
    assert desk.outbox() == {"done": 2}


@pytest.mark.processes
@pytest.mark.parametrize(("point", "times"), [(CLAIMED, 1), (ACCEPTED, 2)])
def test_a_worker_killed_at_any_point_loses_nothing_and_repeats_to_the_letter(
    desk: Desk, post: Post, point: str, times: int
) -> None:
    words = (
        desk.database.url,
        desk.server.url,
        desk.clock().isoformat(),
        "deliver",
        f"die={point}",
        f"relay={post.port}",
    )
    process = PROCESSES.Process(target=worker_of_one_run.main, args=words)
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    desk.deliver()
    desk.clock.forward(minutes=6)
    desk.deliver()
    desk.deliver()
    assert (post.mailed.count(ANA), post.mailed.count(JONAS)) == (times, 1)
    assert len({one.original_content for one in post.arrived}) == 2
    assert (states(desk), desk.outbox()) == (["sent", "sent"], {"done": 2})


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_wrong_password_loses_nothing_and_says_so_until_it_is_right(sqlite_database: Database) -> None:
    with a_post(login=True) as post, owing(sqlite_database, by_relay(post, user="desk", password="wrong")) as desk:
        for _ in range(3):
            desk.deliver()
        assert post.mailed == []
        assert any("does not accept the user desk" in words for words in desk.board().alarms)
        assert len(post.logins) == 2, "one try with each way to log in, not one for each mail"
        equip(desk, by_relay(post, user="desk", password="hush-hush"))
        desk.clock.forward(minutes=5)
        desk.deliver()
        assert post.mailed == [ANA, JONAS]
        assert [words for words in desk.board().alarms if "password" in words] == []


def test_a_relay_that_is_away_for_a_moment_is_no_alarm_and_one_that_stays_away_is(desk: Desk, post: Post) -> None:
    equip(desk, by_relay(post, port=1))
    desk.deliver()
    assert desk.board().alarms == ()
    for _ in range(4):
        desk.clock.forward(minutes=1)
        desk.deliver()
    assert any("do not go out through the mail server 127.0.0.1" in words for words in desk.board().alarms)
    equip(desk, by_relay(post))
    desk.clock.forward(minutes=1)
    desk.deliver()
    assert post.mailed == [ANA, JONAS]
    assert desk.board().alarms == ()


def test_lost_access_to_the_mailbox_does_not_hold_what_goes_another_way(desk: Desk, post: Post) -> None:
    with desk.database.write() as conn:
        mailboxes.change(conn, desk.id, access_lost_at=desk.clock())
    desk.deliver()
    assert post.mailed == [ANA, JONAS]


def test_a_way_that_one_mailbox_found_closed_is_left_alone_by_all(desk: Desk, post: Post) -> None:
    with desk.database.write() as conn:
        closed_ways.close(conn, f"smtp:{RELAY}", desk.clock() + timedelta(minutes=1))
    desk.deliver()
    assert (post.mailed, states(desk)) == ([], ["composed", "composed"])
    desk.clock.forward(minutes=1)
    desk.deliver()
    assert post.mailed == [ANA, JONAS]
    with desk.database.read() as conn:
        assert closed_ways.closed(conn, desk.clock()) == set()


def test_a_way_that_answers_slowly_does_not_hold_up_everything_else(desk: Desk, post: Post) -> None:
    class Slow:
        def send(self, mail: bytes, sender: str, recipient: str) -> Taken:
            desk.clock.forward(seconds=6)
            return Taken()

        def find(self, marker: str, since: datetime) -> Taken | None:
            raise Refused("It keeps nothing.")

    desk.ports = replace(desk.ports, mailer=lambda way: Slow())
    desk.deliver()
    assert states(desk) == ["composed", "sent"]
    desk.deliver()
    assert states(desk) == ["sent", "sent"]


def test_a_mail_that_the_relay_returns_into_the_mailbox_is_an_alarm(desk: Desk, post: Post) -> None:
    desk.deliver()
    sent = next(mail for mail in post.mails if mail["To"].addresses[0].addr_spec == ANA)
    bounce = (
        f"From: MAILER-DAEMON@relay.example\r\nTo: {SUPPORT}\r\nSubject: Undeliverable\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; boundary="b"; report-type=delivery-status\r\n\r\n'
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; {ANA}\r\n"
        f"Action: failed\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {sent['Message-ID']}\r\n\r\n--b--\r\n"
    )
    desk.store.deliver(SUPPORT, bounce.encode())
    desk.sync()
    assert [words for words in desk.board().alarms if ANA in words and "came back" in words]
