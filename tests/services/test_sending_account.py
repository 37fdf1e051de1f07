"""Mails to staff through a Gmail account that only sends: once, or found among what it has sent."""

from __future__ import annotations

import pytest

from inboxsla.domain.timeline import Kind
from inboxsla.gmail.simulator import Fault
from inboxsla.storage.database import Database
from tests.builders import ANA, JONAS, SUPPORT
from tests.services.ways_out import POST, by_account, owing, states, threads


def test_an_account_that_only_sends_takes_them_with_its_own_quota(sqlite_database: Database) -> None:
    with owing(sqlite_database, by_account()) as desk:
        desk.deliver()
        assert sorted(desk.mailed()) == [ANA, JONAS]
        assert {mail["From"].addresses[0].addr_spec for mail in desk.mails()} == {POST}
        assert {mail["Reply-To"] for mail in desk.mails()} == {SUPPORT}
        desk.later(minutes=5)
        assert (len(desk.mailed()), states(desk)) == (2, ["sent", "sent"])


def test_an_answer_to_a_mail_from_the_account_is_a_note_too(sqlite_database: Database) -> None:
    with owing(sqlite_database, by_account()) as desk:
        desk.deliver()
        known = [envelope.rfc_id for envelope in desk.envelopes()]
        assert all(known)
        answer = desk.writes(ANA, "Mine.", "Re: a lamp", headers={"In-Reply-To": f"<{known[0]}>"})
        desk.sync()
        assert desk.find(answer.thread_id) is None
        assert any(Kind.NOTED in desk.kinds(thread) for thread in threads(desk))


@pytest.mark.parametrize(("fault", "again"), [("drop_after", 0), ("drop_before", 1)])
def test_a_lost_answer_is_looked_up_in_the_account_before_anything_is_sent_again(
    sqlite_database: Database, fault: str, again: int
) -> None:
    with owing(sqlite_database, by_account()) as desk:
        desk.faults.plan(Fault(fault, "messages.send"))
        desk.deliver()
        assert states(desk) == ["sent", "unknown"]
        desk.clock.forward(seconds=30)
        desk.sync()
        desk.deliver()
        assert states(desk) == ["sent", "unknown"]
        desk.clock.forward(seconds=31)
        with desk.calls() as calls:
            desk.deliver()
        assert (calls["messages.send"], calls["messages.list"]) == (again, 1)
        assert sorted(desk.mailed()) == [ANA, JONAS]
        assert (states(desk), desk.outbox()) == (["sent", "sent"], {"done": 2})


def test_an_account_that_shows_nothing_sends_a_mail_of_unknown_outcome_again(sqlite_database: Database) -> None:
    with owing(sqlite_database, by_account(), finds=False) as desk:
        desk.faults.plan(Fault("drop_after", "messages.send"))
        desk.deliver()
        desk.clock.forward(seconds=61)
        desk.deliver()
        assert len(desk.mailed()) == 3
        assert len({mail["X-InboxSLA-Id"] for mail in desk.mails()}) == 2


def test_an_account_that_does_not_let_us_in_is_an_alarm_and_the_mails_wait(sqlite_database: Database) -> None:
    with owing(sqlite_database, by_account()) as desk:
        desk.store.revoke(POST)
        desk.deliver()
        (words,) = desk.board().alarms
        assert f"mail connect {POST}" in words
        assert desk.mailbox.access_lost_at is None
        desk.store.revoke(POST, False)
        desk.clock.forward(minutes=5)
        desk.deliver()
        assert sorted(desk.mailed()) == [ANA, JONAS]
        assert desk.board().alarms == ()


def test_the_accounts_daily_limit_holds_its_mails_as_long_as_gmail_says(sqlite_database: Database) -> None:
    with owing(sqlite_database, by_account()) as desk:
        desk.faults.plan(Fault("status", "messages.send", code=429, reason="rateLimitExceeded", retry_after=3600))
        desk.deliver()
        desk.clock.forward(minutes=59)
        with desk.calls() as calls:
            desk.deliver()
        assert calls["messages.send"] == 0
        desk.clock.forward(minutes=2)
        desk.deliver()
        assert {ANA, JONAS} <= set(desk.mailed())
