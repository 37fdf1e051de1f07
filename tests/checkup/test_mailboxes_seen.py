"""What the doctor says of mailboxes by what is written down: not seen, not told of, not read; and that one check alone fails alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import insert, update

from inboxsla.gmail.simulator import Fault
from inboxsla.services import checkup, noticing, rebuild
from inboxsla.services.checkup import State, fixing
from inboxsla.storage.database import Database
from inboxsla.storage.schema import configurations, tickets
from tests.builders import SUPPORT, Desk, NobodyRings, Notepad, a_desk, settings
from tests.checkup.reading import fixed, problems, the

TOPIC = "projects/lumen/topics/inboxsla"
PUSH = {"way": "push", "topic": TOPIC, "service_account": "push@lumen.example"}


@pytest.fixture
def pushed(sqlite_database: Database) -> Iterator[Desk]:
    with a_desk(sqlite_database, settings(push=PUSH)) as desk:
        desk.server.pubsub.topics.add(TOPIC)
        desk.sync()
        yield desk


def test_a_mailbox_unseen_for_days_is_warned_of_before_gmail_forgets(desk: Desk) -> None:
    desk.sync()
    since = desk.clock()
    desk.clock.forward(days=1)
    assert "forgets" not in the("mailboxes.unseen", desk.ports).cure
    desk.clock.forward(days=3)
    found = the("mailboxes.unseen", desk.ports)
    assert found.since == since
    assert "Gmail forgets its history after about a week; after that the next sync lists the last 30 days anew." in (
        found.cure
    )
    assert fixed(desk.ports)[0] == (True, f"Rang for reading {SUPPORT}. A worker does it in the next seconds.")


def test_while_gmail_asks_for_peace_it_is_said_until_when(desk: Desk) -> None:
    desk.sync()
    desk.faults.plan(Fault("status", "history.list", code=429, retry_after=600))
    desk.sync()
    found = the("mailboxes.read", desk.ports)
    assert "Gmail asks us to wait" in found.words
    assert found.cure == "Nothing; the next try is at 24 Nov 2026 10:58 CET."


def test_a_watch_that_is_not_there_is_asked_for(pushed: Desk) -> None:
    assert "is polled" in problems(pushed.ports)["mailboxes.watch"].words
    assert fixed(pushed.ports) == [(True, f"Gmail tells us about new mail in {SUPPORT} again.")]
    assert problems(pushed.ports) == {}
    assert SUPPORT in pushed.server.watches.of


def test_a_watch_that_runs_out_is_told_in_time_and_asked_for_anew(pushed: Desk) -> None:
    fixed(pushed.ports)
    pushed.clock.forward(days=5, hours=1)
    pushed.sync()
    assert "stops telling us about new mail" in the("mailboxes.watch", pushed.ports).words
    pushed.faults.plan(Fault("status", "users.watch", code=503))
    assert fixed(pushed.ports) == [
        (False, f"Gmail was asked to tell us about new mail in {SUPPORT} and did not agree.")
    ]
    assert "asking it to go on has failed 1 time in a row" in the("mailboxes.watch", pushed.ports).words
    fixed(pushed.ports)
    assert the("mailboxes.watch", pushed.ports).ok


def test_notices_that_do_not_reach_us_are_noticed_by_the_mail_they_should_have_told_of(pushed: Desk) -> None:
    fixed(pushed.ports)
    noticing.hear(pushed.ports, noticing.Notice(SUPPORT, 7))
    pushed.clock.forward(minutes=5)
    pushed.writes()
    pushed.clock.forward(minutes=30)
    pushed.sync()
    assert the("mailboxes.watch", pushed.ports).ok, "notices may be five minutes apart"
    came = pushed.clock()
    pushed.writes("kofi@customer.example", subject="Another")
    pushed.clock.forward(minutes=9)
    pushed.catch_up()
    assert problems(pushed.ports) == {}, "a notice may be late"
    pushed.clock.forward(minutes=2)
    pushed.catch_up()
    found = problems(pushed.ports)["mailboxes.notices"]
    assert (found.since, "we do not hear it" in found.words) == (came, True)
    noticing.hear(pushed.ports, noticing.Notice(SUPPORT, 9))
    assert the("mailboxes.watch", pushed.ports).ok


def test_where_nobody_can_be_rung_it_is_said_that_nothing_was_done(desk: Desk) -> None:
    desk.sync()
    desk.clock.forward(hours=1)
    alone = replace(desk.ports, bell=NobodyRings())
    ((done, words),) = fixed(alone)
    assert not done
    assert words == (
        f"Nobody could be rung for reading {SUPPORT}: Redis cannot be reached. The ticker does it once it runs."
    )


def test_figures_that_differ_from_their_events_are_worked_out_anew(desk: Desk) -> None:
    thread = desk.writes().thread_id
    desk.catch_up()
    before = desk.ticket(thread)
    with desk.database.write() as conn:
        conn.execute(update(tickets).values(owner="nobody@lumenvelo.example", breached=True))
    (wrong,) = rebuild.compare(desk.ports)
    assert "breached, owner" in wrong.words
    assert [done for done, _ in fixing.fix(desk.ports, None, [wrong])] == [True]
    assert all(finding.ok for finding in rebuild.compare(desk.ports))
    assert replace(desk.ticket(thread), version=before.version, label_due=before.label_due) == before


def test_a_configuration_that_cannot_be_read_is_named_and_the_other_checks_go_on(desk: Desk) -> None:
    desk.sync()
    with desk.database.write() as conn:
        row = {
            "version": 1,
            "body": {"policies": 7},
            "actor": "a newer one",
            "saved_at": desk.clock(),
            "open_too": False,
        }
        conn.execute(insert(configurations).values(row))
    found = {finding.check: finding.state for finding in checkup.found(desk.ports)}
    assert found["config.in_force"] is State.ATTENTION
    assert found["database.answers"] is State.FINE
    assert found["mailboxes.read"] is State.FINE
    assert State.UNKNOWN in found.values()


def test_a_database_that_is_away_is_a_finding_and_not_the_end(desk: Desk) -> None:
    nowhere = Database("postgresql://nobody@127.0.0.1:9/nothing")
    away = replace(desk.ports, db=nowhere, bell=Notepad())
    around = checkup.Surroundings("", embedded=False, away="Redis cannot be reached (gone).")
    found = {finding.check: finding for finding in checkup.found(away, around)}
    nowhere.close()
    assert found["database.answers"].state is State.ATTENTION
    assert found["database.rest"].state is State.UNKNOWN
    assert found["processes.redis"].words.startswith("Redis cannot be reached (gone). Nothing is lost")


def test_a_mailbox_in_postgresql_is_read_like_any_other_and_its_clock_compared(postgresql_database: Database) -> None:
    with a_desk(postgresql_database) as desk:
        thread = desk.writes().thread_id
        desk.catch_up()
        desk.clock.forward(hours=5)
        found = problems(desk.ports)
        assert desk.find(thread) is not None
    assert {"clock.database", "tickets.wake", "mailboxes.unseen"} <= found.keys()
    assert "The clock of this machine is" in found["clock.database"].words
