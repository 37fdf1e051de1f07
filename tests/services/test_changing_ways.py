"""Mails composed for one way out when another is set: what may have gone out stays, everything else goes along."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from inboxsla.services import setup
from inboxsla.services.notices import compose_owed
from inboxsla.storage.database import Database
from tests.builders import ANA, JONAS, SUPPORT, Desk, settings
from tests.post import Post
from tests.services.ways_out import by_relay, equip, owing


@pytest.fixture
def desk(sqlite_database: Database, post: Post) -> Iterator[Desk]:
    with owing(sqlite_database, by_relay(post)) as made:
        yield made


def test_what_nobody_tried_is_composed_anew_for_a_new_way(desk: Desk, post: Post) -> None:
    assert compose_owed(desk.ports, desk.id) == 2
    equip(desk, settings())
    desk.deliver()
    assert sorted(desk.mailed()) == [ANA, JONAS]
    assert {mail["From"].addresses[0].addr_spec for mail in desk.mails()} == {SUPPORT}
    assert (post.mailed, desk.outbox()) == ([], {"done": 2})


def test_the_alarm_about_a_way_that_is_not_used_any_more_is_over(desk: Desk, post: Post) -> None:
    equip(desk, by_relay(post, tls="starttls"))
    desk.deliver()
    setup.prepare(desk.ports)
    assert any("offers no STARTTLS" in words for words in desk.board().alarms)
    equip(desk, settings())
    desk.clock.forward(minutes=5)
    desk.deliver()
    desk.deliver()
    setup.prepare(desk.ports)
    assert sorted(desk.mailed()) == [ANA, JONAS]
    assert [words for words in desk.board().alarms if "STARTTLS" in words] == []


def test_what_may_have_gone_out_stays_with_its_way_when_the_way_is_changed(desk: Desk, post: Post) -> None:
    post.cuts = 1
    desk.deliver()
    equip(desk, settings(smtp=post.settings()))
    for _ in range(3):
        desk.clock.forward(minutes=2)
        desk.sync()
        desk.deliver()
    assert post.mailed == [ANA, JONAS, ANA]
    assert desk.mailed() == []
    assert desk.outbox() == {"done": 2}


def test_what_was_put_off_goes_at_once_by_a_new_way(desk: Desk, post: Post) -> None:
    post.refuses[ANA] = "451 4.7.1 Greylisted"
    desk.deliver()
    equip(desk, settings(smtp=post.settings()))
    desk.deliver()
    assert (post.mailed, desk.mailed()) == ([JONAS], [ANA])
    assert desk.outbox() == {"done": 2}


def test_what_waits_for_a_way_that_is_gone_is_composed_anew_and_not_lost(desk: Desk, post: Post) -> None:
    post.cuts = 1
    desk.deliver()
    equip(desk, settings())
    desk.clock.forward(minutes=5)
    assert desk.deliver().more
    desk.deliver()
    assert desk.mailed() == [ANA]
    assert desk.outbox() == {"done": 2}
