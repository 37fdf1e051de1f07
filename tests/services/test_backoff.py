"""A Gmail that does not answer is left in peace: longer each time, and by no two mailboxes until the same moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from inboxsla.gmail.simulator import Fault
from inboxsla.services import backoff, sync
from tests.builders import Desk


def waits(desk: Desk, times: int, dice: float = 1.0) -> list[float]:
    """Seconds until the next try, after each of so many syncs that follow each other as soon as they may."""
    found = []
    for _ in range(times):
        sync.sync(replace(desk.ports, dice=lambda: dice), desk.id)
        until = desk.mailbox.retry_after
        assert until is not None
        found.append((until - desk.clock()).total_seconds())
        desk.clock.at = until
    return found


def test_each_failure_in_a_row_is_waited_for_twice_as_long_up_to_a_minute(one_desk: Desk) -> None:
    one_desk.sync()
    one_desk.faults.plan(Fault("status", code=503, times=None))
    assert waits(one_desk, 6) == [4, 8, 16, 32, 64, 64]
    one_desk.faults.clear()
    one_desk.sync()
    assert one_desk.mailbox.retry_after is None
    one_desk.faults.plan(Fault("drop_before", times=None))
    assert waits(one_desk, 2) == [4, 8], "after a success it begins anew"


def test_chance_takes_off_up_to_half_of_it(one_desk: Desk) -> None:
    one_desk.sync()
    one_desk.faults.plan(Fault("status", code=500, times=None))
    assert waits(one_desk, 2, dice=0.0) == [2, 4]
    assert timedelta(seconds=32) <= backoff.wait(10_000, lambda: 0.5) <= backoff.LONGEST


@pytest.mark.parametrize(
    ("said", "wait"),
    [({"retry_after": 90}, 90), ({"message": "Retry after 2026-11-24T09:58:00Z"}, None)],
    ids=["Retry-After", "the text of the message"],
)
def test_a_wait_that_gmail_names_is_kept_to(one_desk: Desk, said: dict, wait: int | None) -> None:
    one_desk.sync()
    one_desk.faults.plan(Fault("status", code=503, times=None, **said))
    first, second = waits(one_desk, 2)
    if wait is not None:
        assert (first, second) == (wait, wait)
    else:
        # Counted by Google's clock, which in these tests is that of the machine.
        assert first not in (4, 8)
