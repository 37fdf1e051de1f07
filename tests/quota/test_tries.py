"""Failed sign-ins, counted in Redis and without it."""

from __future__ import annotations

import redis

from inboxsla.queue import connect
from inboxsla.queue.tries import WINDOW, LocalTries, SharedTries
from tests.workers.processes import Valkey


def test_all_web_processes_count_together_and_redis_forgets_after_a_minute(valkey: Valkey) -> None:
    one, other = (SharedTries(connect(valkey.url), LocalTries()) for _ in range(2))
    assert one.failed("ways:a").times == 0

    counted = [each.add("ways:a").times for each in (one, other, one)]

    assert counted == [1, 2, 3]
    known = other.failed("ways:a")
    assert known.times == 3
    assert WINDOW - 5 < known.forgotten_in <= WINDOW
    assert other.failed("ways:b").times == 0


def test_while_redis_is_away_the_process_counts_by_itself_and_asks_redis_again_only_later() -> None:
    class Away(redis.Redis):
        asked = 0

        def pipeline(self, *args: object, **more: object) -> object:  # type: ignore[override]
            self.asked += 1
            raise redis.ConnectionError("connection refused")

    server = Away()
    alone = SharedTries(server, LocalTries())

    assert [alone.add("ways:a").times for _ in range(3)] == [1, 2, 3]
    assert server.asked == 1


def test_one_process_forgets_after_a_minute_and_remembers_no_more_names_than_it_can_hold() -> None:
    now = [1000.0]
    tries = LocalTries(lambda: now[0])
    tries.add("first")
    now[0] += WINDOW - 1
    assert (tries.add("first").times, tries.failed("first").forgotten_in) == (2, 1.0)
    now[0] += 1
    assert tries.failed("first").times == 0

    for number in range(10_001):
        tries.add(f"name {number}")
    assert tries.failed("name 0").times == 0
    assert tries.failed("name 10000").times == 1
