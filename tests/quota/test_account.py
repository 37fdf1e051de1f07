"""The account of one mailbox's quota: what any minute may cost, who goes first, and what a refusal teaches."""

from __future__ import annotations

import threading
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from inboxsla.queue import connect
from inboxsla.queue.quota import LocalAccount, Rate, SharedAccount
from tests.dice import Dice, dealt
from tests.laws import law_of
from tests.workers.processes import Valkey

RATE = Rate.of(6_000, 75)
LIMIT, SHARE = 6_000, 4_500


def act(dice: Dice) -> tuple[str, Any, bool, bool]:
    match dice.below(3):
        case 0:
            return "take", dice.one_of((1, 2, 5, 10, 20, 40, 100)), dice.yes(), dice.yes()
        case 1:
            return "refused", dice.one_of((None, 1.0, 30.0, 3600.0)), dice.yes(), False
    return "pass", 0.001 + 300 * dice.share() ** 3, False, False


def acts(dice: Dice) -> list[tuple[str, Any, bool, bool]]:
    return dice.some(act, 50)


class Time:
    def __init__(self) -> None:
        self.at = 1_000_000.0

    def __call__(self) -> float:
        return self.at


def half() -> float:
    return 0.5


def most_in_a_minute(spent: list[tuple[float, int]]) -> int:
    """Over every span of 60 s that begins with a call."""
    return max((sum(units for at, units in spent if begin <= at < begin + 60) for begin, _ in spent), default=0)


@law_of(acts)
def test_no_minute_ever_costs_more_than_gmail_allows_nor_what_can_wait_more_than_the_share(done: Any) -> None:
    time = Time()
    account = LocalAccount(RATE, now=time, dice=half)
    spent: list[tuple[float, int]] = []
    in_background: list[tuple[float, int]] = []
    for verb, value, first, second in done:
        if verb == "pass":
            time.at += value
        elif verb == "take":
            taken, wait = account.take(value, background=first, sending=second)
            if taken:
                spent.append((time.at + wait, value))
                in_background += [(time.at + wait, value)] if first else []
        else:
            account.refused(value, sending=first)
    assert most_in_a_minute(spent) <= LIMIT
    assert most_in_a_minute(in_background) <= SHARE


@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(dealt(acts))
def test_the_account_in_redis_and_the_one_in_the_process_count_alike(valkey: Valkey, case: Any) -> None:
    (done,) = case
    time = Time()
    with connect(valkey.url) as server:
        server.flushdb()
        shared = SharedAccount(server, "support@lumenvelo.example", RATE, now=time, dice=half)
        alone = LocalAccount(RATE, now=time, dice=half)
        for verb, value, first, second in done:
            if verb == "pass":
                time.at += value
            elif verb == "take":
                both = [each.take(value, background=first, sending=second) for each in (shared, alone)]
                assert both[0][0] == both[1][0]
                assert both[0][1] == pytest.approx(both[1][1], abs=1e-6)
            else:
                waits = [each.refused(value, sending=first) for each in (shared, alone)]
                assert waits[0] == pytest.approx(waits[1], abs=1e-6)


def test_what_can_wait_gets_its_whole_share_and_no_more() -> None:
    time = Time()
    account = LocalAccount(RATE, now=time)
    spent: list[tuple[float, int]] = []
    while time.at < 1_000_000 + 600:
        taken, wait = account.take(40, background=True, sending=False)
        time.at += wait
        if taken:
            spent.append((time.at, 40))
    assert most_in_a_minute(spent) <= SHARE
    assert sum(units for _, units in spent) >= 0.95 * 10 * SHARE


def test_live_work_never_waits_behind_what_can_wait() -> None:
    time = Time()
    account = LocalAccount(RATE, now=time)
    for _ in range(2_000):
        _, wait = account.take(40, background=True, sending=False)
        time.at += wait
    # Ten messages and a mail at once, in the middle of a backfill that takes all it can get.
    waits = [account.take(units, background=False, sending=units == 100) for units in [20] * 10 + [100]]
    assert waits == [(True, 0.0)] * 11


def test_a_queue_that_is_too_long_is_said_at_once_and_costs_nothing() -> None:
    time = Time()
    account = LocalAccount(RATE, now=time)
    while (answer := account.take(100, background=False, sending=False))[0]:
        assert answer[1] <= 150 / RATE.refill
    again = account.take(100, background=False, sending=False)
    assert again == answer
    time.at += again[1] - 150 / RATE.refill + 0.001
    assert account.take(100, background=False, sending=False)[0]


def test_a_refusal_stops_everybody_for_as_long_as_gmail_says_and_then_they_go_at_half_the_speed() -> None:
    time = Time()
    account = LocalAccount(RATE, now=time)
    assert account.refused(30.0, sending=False) == 30.0
    assert account.take(1, background=False, sending=False) == (False, 30.0)
    time.at += 31
    rate = _background_rate(account, time, 60)
    assert 0.45 * SHARE < rate < 0.6 * SHARE


def test_speed_comes_back_slowly() -> None:
    time = Time()
    account = LocalAccount(RATE, now=time)
    account.refused(1.0, sending=False)
    rates = [_background_rate(account, time, 60) for _ in range(14)]
    assert all(later >= earlier - 60 for earlier, later in pairwise(rates))
    assert rates[0] < 0.6 * SHARE
    assert rates[-1] > 0.95 * SHARE


def test_refusals_that_name_no_time_double_the_pause_and_those_of_one_moment_count_once() -> None:
    time = Time()
    account = LocalAccount(RATE, now=time, dice=half)
    waits = []
    for _ in range(8):
        waits.append(account.refused(None, sending=False))
        assert account.refused(None, sending=False) <= waits[-1]
        time.at += waits[-1]
    assert waits == [1.5, 3.0, 6.0, 12.0, 24.0, 48.0, 48.0, 48.0]
    time.at += 61
    assert account.refused(None, sending=False) == 1.5


def test_a_days_limit_on_mails_stops_mails_and_nothing_else() -> None:
    time = Time()
    account = LocalAccount(RATE, now=time)
    assert account.refused(6 * 3600.0, sending=True) == 6 * 3600.0
    time.at += 60
    assert account.take(20, background=False, sending=False)[0]
    assert account.take(100, background=False, sending=True) == (False, 6 * 3600.0 - 60)


def test_all_workers_of_a_mailbox_draw_on_one_account_and_other_mailboxes_on_theirs(valkey: Valkey) -> None:
    time = Time()
    with connect(valkey.url) as server:
        server.flushdb()
        first, second = (SharedAccount(server, "a@lumenvelo.example", RATE, now=time) for _ in range(2))
        other = SharedAccount(server, "b@lumenvelo.example", RATE, now=time)
        first.refused(30.0, sending=False)
        assert not second.take(1, background=False, sending=False)[0]
        assert other.take(1, background=False, sending=False) == (True, 0.0)


def test_many_at_once_take_no_more_than_there_is(valkey: Valkey) -> None:
    with connect(valkey.url) as server:
        server.flushdb()
    frozen = Time()
    taken: list[float] = []

    def ask() -> None:
        with connect(valkey.url) as mine:
            shared = SharedAccount(mine, "a@lumenvelo.example", RATE, now=frozen)
            taken.extend(
                wait for done, wait in (shared.take(20, background=False, sending=False) for _ in range(40)) if done
            )

    workers = [threading.Thread(target=ask) for _ in range(5)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    most = RATE.saved + RATE.debt + 150
    assert most - 20 < 20 * len(taken) <= most


def test_while_redis_is_away_a_process_goes_on_carefully_and_never_without_a_limit() -> None:
    nowhere = connect("unix:///nowhere/at-all.sock")
    account = SharedAccount(nowhere, "a@lumenvelo.example", RATE)
    answers = [account.take(20, background=False, sending=False) for _ in range(9)]
    assert answers[0][0]
    assert not answers[-1][0]
    assert account.refused(30.0, sending=False) == pytest.approx(30.0)
    assert not account.take(1, background=True, sending=False)[0]


def _background_rate(account: LocalAccount, time: Time, seconds: float) -> float:
    """Units a minute that what can wait gets over the next `seconds`."""
    begun, units = time.at, 0
    while time.at < begun + seconds:
        taken, wait = account.take(40, background=True, sending=False)
        time.at += wait
        units += 40 if taken else 0
    return units * 60 / seconds
