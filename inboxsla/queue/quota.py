"""What one mailbox may ask of Gmail, kept in Redis for all workers together; while Redis is away, in the process.

Units come in at a steady rate and a little is saved up. What cannot wait may also run into debt; what can wait is served only
while there is none. So in any minute what can wait stays within the share, and all together within Google's limit. The same
arithmetic stands in `account.lua` and in `LocalAccount`.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import redis
import structlog

log = structlog.get_logger()

# Of the share, so much may be saved up and spent at once; a little is left for looking for news in between.
_SAVED, _LEFT = 0.03, 0.01
# Of what the share leaves of Google's limit, so much may be run into debt; the rest is for clocks and networks that jitter.
_DEBT = 0.8
# What cannot wait is promised a turn within this many seconds; where units trickle, a little later, for the sake of dear calls.
PATIENCE, _MORE_PATIENCE, _FOR_UNITS = 2.0, 5.0, 150.0
# After a refusal half the rate; a twentieth of the full rate is won back each minute.
_LEAST, _RECOVERY = 1 / 16, 0.05 / 60
_LONGEST_PAUSE, _FORGIVEN_AFTER = 64.0, 60.0
# A wait that Gmail names and that is longer is about one day's mails or megabytes: only that kind of call rests.
_ABOUT_ALL = 60.0
# Without Redis nobody knows of the others, so each process keeps to a part.
_ALONE, _DEAREST = 0.25, 100.0
# No debt, but for the last digits that adding up rounds away.
_NOTHING = -1e-3
_NEVER = -1e18
_TRY_REDIS_AGAIN = 10.0


@dataclass(frozen=True, slots=True)
class Rate:
    """`refill` units a second, at most `saved` of them kept, and `debt` more at once for what cannot wait."""

    refill: float
    saved: float
    debt: float

    @classmethod
    def of(cls, units_per_minute: int, share: int) -> Rate:
        """`share` in percent of Google's limit."""
        usable = units_per_minute * share / 100
        return cls(usable * (1 - _SAVED - _LEFT) / 60, usable * _SAVED, (units_per_minute - usable) * _DEBT)

    def alone(self) -> Rate:
        """For one process that does not know of the others: slow, but enough can be saved up for the dearest call."""
        return Rate(self.refill * _ALONE, _DEAREST, 0.0)


class LocalAccount:
    """The account of one mailbox as one process knows it. `now` gives seconds that only go forward; `dice` 0 to 1."""

    def __init__(
        self,
        rate: Rate,
        *,
        now: Callable[[], float] = time.monotonic,
        dice: Callable[[], float] = random.random,
        level: float | None = None,
    ) -> None:
        self._rate, self._now, self._dice = rate, now, dice
        self._at = now()
        self._level = rate.saved if level is None else level
        self._speed = 1.0
        # Until when nothing is asked, and until when nothing is sent; how often in a row Gmail found us too fast.
        self._pause = self._send_pause = _NEVER
        self._strikes = 0

    def take(self, units: int, *, background: bool, sending: bool) -> tuple[bool, float]:
        now = self._refill()
        rate = self._rate.refill * self._speed
        pause = max(self._pause, self._send_pause if sending else now) - now
        if background:
            if pause <= 0 and self._level >= _NOTHING:
                self._level -= units
                return True, max(0.0, -self._level / rate)
            return False, max(pause, -self._level / rate)
        floor = -self._rate.debt * self._speed
        wait = max(0.0, pause, (floor - self._level + units) / rate)
        if wait > min(_MORE_PATIENCE, max(PATIENCE, _FOR_UNITS / rate)):
            return False, wait
        self._level -= units
        return True, wait

    def refused(self, told: float | None, *, sending: bool) -> float:
        now = self._refill()
        ends = max(self._pause, self._send_pause) if sending else self._pause
        # Several workers may be refused at once; only a refusal after the pause says that it was too short.
        if now >= ends:
            self._strikes = 1 if now - ends > _FORGIVEN_AFTER else self._strikes + 1
            if told is None or told <= _ABOUT_ALL:
                self._speed = max(_LEAST, self._speed / 2)
        wait = min(_LONGEST_PAUSE, 2.0**self._strikes) * (1 + self._dice()) / 2 if told is None else told
        if sending:
            self._send_pause = max(self._send_pause, now + wait)
        if told is None or told <= _ABOUT_ALL or not sending:
            self._pause = max(self._pause, now + wait)
        self._level = min(self._level, -self._rate.debt * self._speed)
        return (max(self._pause, self._send_pause) if sending else self._pause) - now

    def _refill(self) -> float:
        now = max(self._now(), self._at)
        passed = now - self._at
        self._level = min(self._rate.saved, self._level + passed * self._rate.refill * self._speed)
        self._speed = min(1.0, self._speed + passed * _RECOVERY)
        self._at = now
        return now


@cache
def _script() -> str:
    return Path(__file__).with_name("account.lua").read_text()


class SharedAccount:
    """The account of one mailbox in Redis, by Redis's own clock. While Redis is away this process goes on alone, slowly.

    `now` and `dice` are for tests: seconds in place of Redis's, and 0 to 1.
    """

    def __init__(
        self,
        server: redis.Redis,
        mailbox: str,
        rate: Rate,
        *,
        now: Callable[[], float] | None = None,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self._key = f"inboxsla:quota:{mailbox}"
        self._rate, self._now, self._dice = rate, now, dice
        self._run = server.register_script(_script())
        # Nothing saved up: whoever starts when Redis is away does not know what was spent a moment ago.
        self._alone = LocalAccount(rate.alone(), level=0.0)
        self._away_until = 0.0

    def take(self, units: int, *, background: bool, sending: bool) -> tuple[bool, float]:
        answer = self._ask("take", units, int(background), int(sending))
        if answer is None:
            return self._alone.take(units, background=background, sending=sending)
        return answer

    def refused(self, told: float | None, *, sending: bool) -> float:
        wait = -1.0 if told is None else told
        answer = self._ask("refused", wait, self._dice(), int(sending))
        if answer is None:
            return self._alone.refused(told, sending=sending)
        return answer[1]

    def _ask(self, verb: str, *values: float) -> tuple[bool, float] | None:
        if time.monotonic() < self._away_until:
            return None
        at = "" if self._now is None else repr(self._now())
        numbers = [repr(float(value)) for value in (self._rate.refill, self._rate.saved, self._rate.debt, *values)]
        try:
            taken, wait = self._run(keys=[self._key], args=[verb, at, *numbers])
        except redis.RedisError as error:
            log.warning("quota is kept in this process while Redis is away", reason=str(error))
            self._away_until = time.monotonic() + _TRY_REDIS_AGAIN
            return None
        return bool(int(taken)), float(wait)
