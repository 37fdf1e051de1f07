"""Reminder steps that tell other systems: signed, without customer text, at least once, and nobody else waits for them."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from inboxsla.services import checkup, posting, ticking, writing
from inboxsla.services.posting import Listener
from inboxsla.storage.database import Database
from inboxsla.storage.schema import outbox
from tests.builders import ANA, SUPPORT, Desk, a_desk, settings
from tests.services.listening import Listening, listening
from workers import poster

SECRET = "correct horse battery staple"
BRIEF = timedelta(seconds=0.3)
TO = "pager"
STEP = {"at": 50, "do": ["remind_owner"], "webhook": [TO]}


@pytest.fixture
def pager() -> Iterator[Listening]:
    with listening() as server:
        yield server


def hooked(database: Database, url: str, **more: object) -> Iterator[Desk]:
    webhooks = {TO: {"url": f"{url}/hooks/1?token=abc", "secret": SECRET, "allow_private": True, **more}}
    with a_desk(database, settings(policy={"ladder": [STEP]}, webhooks=webhooks)) as made:
        yield made


@pytest.fixture
def desk(sqlite_database: Database, pager: Listening) -> Iterator[Desk]:
    yield from hooked(sqlite_database, pager.url)


@pytest.fixture
def on_both(database: Database, pager: Listening) -> Iterator[Desk]:
    """The same on SQLite and on PostgreSQL: acts are claimed by a statement of its own."""
    yield from hooked(database, pager.url)


def half_used(desk: Desk) -> str:
    """Two of four hours have gone by, and the owner was reminded."""
    thread = desk.writes().thread_id
    desk.catch_up()
    desk.owned_by(thread, ANA)
    desk.later(hours=2, minutes=1)
    return thread


def posted(desk: Desk, to: Listener | None = None) -> int:
    """Everything that is due now is posted; how many tries that were."""
    listener, tries = to or Listener(TO), 0
    while posting.post_next(desk.ports, listener, BRIEF):
        tries += 1
    return tries


def outcome(desk: Desk) -> tuple[str, str | None]:
    with desk.database.read() as conn:
        row = conn.execute(select(outbox.c.state, outbox.c.outcome).where(outbox.c.act == "post_webhook")).one()
    return row.state, row.outcome


def alarms(desk: Desk) -> str:
    return " ".join(desk.board().alarms)


def test_a_step_is_posted_once_signed_and_without_a_word_of_the_customers(on_both: Desk, pager: Listening) -> None:
    thread = half_used(on_both)
    assert (posted(on_both), posted(on_both)) == (1, 0)

    (post,) = pager.posts
    assert post.path == "/hooks/1?token=abc"
    ticket = on_both.ticket(thread)
    assert post.said == {
        "version": 1,
        "id": post.headers["Idempotency-Key"],
        "sent_at": "2026-11-24T11:49:00+00:00",
        "mailbox": SUPPORT,
        "ticket": {
            "id": ticket.id,
            "url": f"http://127.0.0.1:8000/tickets/{ticket.id}",
            "status": "open",
            "priority": "normal",
            "urgency": "medium",
            "owner": ANA,
        },
        "policy": {"name": "Default", "version": 1},
        "step": {
            "metric": "first_response",
            "percent": 50,
            "reopened": None,
            "came_at": "2026-11-24T11:48:00+00:00",
            "due_at": "2026-11-24T13:48:00+00:00",
        },
    }
    signed = post.headers["InboxSLA-Timestamp"].encode() + b"." + post.raw
    assert post.headers["InboxSLA-Signature"] == "v1=" + hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert outcome(on_both) == ("done", "posted to pager")


def test_what_fails_is_tried_again_later_each_time_under_the_same_key(desk: Desk, pager: Listening) -> None:
    half_used(desk)
    pager.answers = [500, 429]
    to = Listener(TO)

    assert (posted(desk, to), posted(desk, to)) == (1, 0)
    desk.clock.forward(seconds=10)
    assert (posted(desk, to), posted(desk, to)) == (1, 0)
    desk.clock.forward(seconds=9)
    assert posted(desk, to) == 0
    desk.clock.forward(seconds=11)
    assert posted(desk, to) == 1

    assert len({post.headers["Idempotency-Key"] for post in pager.posts}) == 1
    assert len({post.headers["InboxSLA-Signature"] for post in pager.posts}) == 3
    assert outcome(desk) == ("done", "posted to pager")
    assert alarms(desk) == ""


def test_who_says_when_to_come_back_is_obeyed(desk: Desk, pager: Listening) -> None:
    half_used(desk)
    pager.answers, pager.more = [503], {"Retry-After": "600"}

    posted(desk)
    desk.clock.forward(seconds=599)
    assert posted(desk) == 0
    desk.clock.forward(seconds=1)
    assert posted(desk) == 1


def test_nobody_is_believed_who_says_never_and_what_arrived_counts_whatever_else_is_said(
    desk: Desk, pager: Listening
) -> None:
    half_used(desk)
    pager.answers, pager.more = [503], {"Retry-After": "9" * 20}

    posted(desk)
    desk.clock.forward(hours=23, minutes=59)
    assert posted(desk) == 0
    desk.clock.forward(minutes=1)
    assert posted(desk) == 1
    assert outcome(desk) == ("done", "posted to pager")


def test_a_worker_that_dies_while_it_posts_leaves_the_act_to_the_next(desk: Desk, pager: Listening) -> None:
    """At least once: whoever listens knows the second by its key."""
    half_used(desk)
    pager.answers = [500]
    dies = replace(desk.ports, dice=_killed)
    with pytest.raises(KeyboardInterrupt):
        posting.post_next(dies, Listener(TO), BRIEF)
    assert posted(desk) == 0

    desk.clock.forward(minutes=2)
    assert posted(desk) == 1
    first, second = pager.posts
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]


def _killed() -> float:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("status", "said"), [(404, "it answered 404"), (302, "it answered with a redirect (302), which is not followed")]
)
def test_what_only_somebody_can_mend_is_shelved_at_once_and_said(
    desk: Desk, pager: Listening, status: int, said: str
) -> None:
    half_used(desk)
    pager.answers, pager.more = [status], {"Location": f"{pager.url}/secret"}

    assert (posted(desk), posted(desk)) == (1, 0)

    assert [post.path for post in pager.posts] == ["/hooks/1?token=abc"]
    assert outcome(desk)[0] == "dropped"
    assert said in (outcome(desk)[1] or "")
    assert f"A reminder step was not posted to the webhook “pager” and will not be: {said}" in alarms(desk)
    assert any(said in finding.words for finding in checkup.tickets.found(desk.ports))


def test_one_that_hangs_is_left_after_its_time_and_keeps_no_mail_waiting(desk: Desk, pager: Listening) -> None:
    pager.hangs = True
    half_used(desk)

    assert desk.mailed() == [ANA]
    assert posted(desk) == 1
    assert outcome(desk) == ("owed", "it did not answer within 0 s")


def test_a_webhook_that_fails_is_not_asked_about_each_act_and_one_bad_act_keeps_no_other(
    desk: Desk, pager: Listening
) -> None:
    desk.writes()
    desk.writes(subject="Another")
    desk.writes(subject="A third")
    half_used(desk)

    pager.answers = [500]
    assert posted(desk) == 4
    assert [row.said["ticket"]["id"] for row in pager.posts] == [1, 2, 3, 4]
    pager.answers = [500] * 9
    desk.writes(subject="A fifth")
    desk.writes(subject="A sixth")
    desk.catch_up()
    desk.later(hours=2)
    assert posted(desk) == 2


def test_trouble_that_lasts_is_said_and_after_a_day_given_up(desk: Desk, pager: Listening) -> None:
    half_used(desk)
    to, pager.answers = Listener(TO), [500] * 99

    for _ in range(4):
        posted(desk, to)
        desk.clock.forward(minutes=5)
    assert "The webhook “pager” fails: it answered 500." in alarms(desk)
    assert outcome(desk)[0] == "owed"

    desk.clock.forward(days=1)
    posted(desk, to)
    assert outcome(desk) == ("dropped", "it answered 500")
    assert "A reminder step was not posted to the webhook “pager”" in alarms(desk)


def test_an_answer_to_the_customer_makes_the_post_needless(desk: Desk, pager: Listening) -> None:
    thread = half_used(desk)
    desk.answers(thread)
    desk.sync()

    posted(desk)
    assert pager.posts == []
    assert outcome(desk)[0] == "dropped"


def test_nothing_is_posted_while_everything_is_stopped(desk: Desk, pager: Listening) -> None:
    half_used(desk)
    writing.stop(desk.ports, "the tests")
    assert (posted(desk), pager.posts) == (0, [])

    writing.resume(desk.ports, "the tests")
    assert posted(desk) == 1


def test_what_is_owed_to_a_webhook_that_is_no_more_is_shelved(desk: Desk, pager: Listening) -> None:
    half_used(desk)
    ticking.tick(replace(desk.ports, settings=settings()), ticking.Memory())

    assert pager.posts == []
    assert outcome(desk) == ("dropped", "no webhook of this name is set up in config.toml")
    assert "was not posted to the webhook “pager”" in alarms(desk)


def test_an_address_within_is_refused_before_anything_is_sent(sqlite_database: Database, pager: Listening) -> None:
    https = pager.url.replace("http://127.0.0.1", "https://localhost")
    for desk in hooked(sqlite_database, https, allow_private=False):
        half_used(desk)
        posted(desk)

        assert pager.posts == []
        assert "its address leads into a private network, which is not allowed" in (outcome(desk)[1] or "")


def test_no_listing_of_the_settings_shows_address_or_secret(desk: Desk) -> None:
    assert SECRET not in repr(desk.ports.settings)
    assert "token=abc" not in repr(desk.ports.settings)


class Hasty(threading.Event):
    """Nobody waits; the second time somebody would, everything is over."""

    waited = 0

    def wait(self, timeout: float | None = None) -> bool:
        self.waited += 1
        if self.waited > 1:
            self.set()
        return self.is_set()


def test_whoever_posts_takes_one_after_the_other_until_told_to_stop(desk: Desk, pager: Listening) -> None:
    desk.writes(subject="Another")
    half_used(desk)

    poster.run(desk.ports, TO, stopping=Hasty())
    assert [post.said["ticket"]["id"] for post in pager.posts] == [1, 2]
