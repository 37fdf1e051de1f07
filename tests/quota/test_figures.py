"""What one ticket costs, and the first reading, counted by a Gmail that charges the published table."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from inboxsla.gmail.pacing import BACKGROUND_PATIENCE
from inboxsla.gmail.simulator import Limits
from inboxsla.gmail.simulator.bulk import fill
from inboxsla.gmail.simulator.quota import UNITS
from inboxsla.services.first_reading import SLICE
from inboxsla.storage.database import Database
from tests.builders import ANA, KOFI, SUPPORT, Desk, a_desk, settings

# Reminders that are sent outside the mailbox, and through it.
OUTSIDE, THROUGH = 110, 440


def a_life(database: Database, reminders: list[int]) -> tuple[int, Counter[str]]:
    """Arrival, three changes of the label, two replies; with reminders at these percentages of four hours. Units, and calls.

    Whenever something changes in the mailbox Gmail says so, and that leads to one sync.
    """
    steps: list[Any] = [{"at": percent, "do": ["remind_owner"]} for percent in reminders or [99]]
    with a_desk(database, settings(policy={"ladder": steps})) as desk:
        earlier = desk.writes(KOFI, "Thanks", "Other").thread_id
        desk.catch_up()
        desk.archives(earlier)
        desk.catch_up()
        seen = desk.store.history_id(SUPPORT)
        desk.server.quota.reset()
        thread = desk.writes().thread_id
        for hours in (0.0, 2.0, 0.2, 0.8, 0.6):
            desk.clock.forward(hours=hours)
            seen = _told(desk, seen)
            desk.owned_by(thread, ANA) if hours == 0.0 else None
            desk.wake()
            desk.deliver()
            seen = _told(desk, seen)
        assert desk.mailed() == [ANA] * len(reminders)
        for _ in range(2):
            desk.answers(thread)
            seen = _told(desk, seen)
        report = desk.server.quota.report()
        return report["units"], Counter(report["calls"])


def _told(desk: Desk, seen: int) -> int:
    if desk.store.history_id(SUPPORT) != seen:
        desk.sync()
    return desk.store.history_id(SUPPORT)


def test_a_tickets_life_with_reminders_sent_outside_the_mailbox(sqlite_database: Database) -> None:
    units, calls = a_life(sqlite_database, [])
    assert (calls["threads.modify"], calls["messages.get"], calls["messages.send"]) == (3, 3, 0)
    assert units == sum(UNITS[method] * count for method, count in calls.items())
    assert units <= OUTSIDE


def test_a_tickets_life_with_reminders_sent_through_it(sqlite_database: Database) -> None:
    units, calls = a_life(sqlite_database, [55, 75, 90])
    assert (calls["threads.modify"], calls["messages.send"]) == (3, 3)
    assert calls["messages.get"] == 4, "the customer's mail, two replies, and once a mail of ours that others follow"
    assert units <= THROUGH


@pytest.fixture
def large(paced: Desk) -> Desk:
    """Connected to a mailbox of 50,000 threads, 100 of them of each hour."""
    fill(paced.store, SUPPORT, 50_000, newest=paced.clock(), apart=timedelta(seconds=36))
    paced.server.quota.limits = Limits(units_per_minute=4_500)
    return paced


def test_of_fifty_thousand_threads_the_newest_are_tickets_within_the_first_minute_and_new_mail_at_once(
    large: Desk,
) -> None:
    begun = large.clock()
    assert large.sync().more
    assert large.count() > 5
    new = large.writes(subject="Lamp 7 flickers")
    assert large.sync().more
    assert large.find(new.thread_id) is not None
    assert large.clock() - begun < timedelta(minutes=1)


def test_the_first_reading_takes_all_that_live_work_leaves_and_nothing_more(large: Desk) -> None:
    """Against a Gmail that allows exactly the share: slice after slice, with history asked for before each."""
    first = large.clock()
    while large.clock() - first < timedelta(minutes=1):
        large.sync()
    begun, before = large.clock(), large.server.quota.report()
    while large.clock() - begun < timedelta(minutes=2):
        asked = large.clock()
        assert large.sync().more
        assert large.clock() - asked < SLICE + timedelta(seconds=BACKGROUND_PATIENCE + 1)
    minutes = (large.clock() - begun) / timedelta(minutes=1)
    after = large.server.quota.report()
    assert after["refused"] == {}
    assert after["most_in_a_minute"][SUPPORT] <= 4_500
    assert after["units"] - before["units"] >= 0.95 * 4_500 * minutes
