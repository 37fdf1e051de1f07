"""How many mails one person gets in an hour: never more than the cap, and nothing waits longer than an hour for room."""

from __future__ import annotations

from datetime import datetime, timedelta

from inboxsla.domain.mail_cap import HOUR, most, room_at
from tests.dice import Dice
from tests.laws import law_of
from tests.people import june

MINUTE = timedelta(minutes=1)
MONDAY = june("1 09:00")


def arrivals(dice: Dice) -> list[tuple[datetime, bool]]:
    """When somebody is to be told something, and whether it presses."""
    at, found = MONDAY, []
    for _ in range(dice.between(1, 60)):
        at += MINUTE * dice.below(12)
        found.append((at, dice.yes()))
    return found


def sent(news: list[tuple[datetime, bool]], cap: int) -> tuple[list[datetime], dict[int, datetime]]:
    """The mails, and with which of them each piece of news went: like `services.room`, minute by minute."""
    mails: list[datetime] = []
    told: dict[int, datetime] = {}
    now, end = MONDAY, news[-1][0] + 3 * HOUR
    while now <= end:
        waiting = [nth for nth, (at, _) in enumerate(news) if at <= now and nth not in told]
        presses = any(news[nth][1] for nth in waiting)
        if waiting and room_at(mails, most(cap, presses=presses), now) is None:
            mails.append(now)
            told |= dict.fromkeys(waiting, now)
        now += MINUTE
    return mails, told


def caps(dice: Dice) -> int:
    return dice.between(1, 8)


@law_of(arrivals, caps, in_ci=200)
def test_no_hour_has_more_mails_than_the_cap_and_nothing_waits_longer_than_an_hour(
    news: list[tuple[datetime, bool]], cap: int
) -> None:
    mails, told = sent(news, cap)

    assert all(sum(1 for other in mails if at - HOUR < other <= at) <= cap for at in mails)
    assert told.keys() == set(range(len(news))), "nothing is lost"
    assert all(told[nth] - at <= HOUR for nth, (at, _) in enumerate(news))


def test_a_quarter_is_kept_for_what_presses() -> None:
    reminders = [MONDAY + nth * MINUTE for nth in range(15)]
    now = MONDAY + 20 * MINUTE

    assert room_at(reminders, most(20, presses=False), now) == MONDAY + HOUR
    assert room_at(reminders, most(20, presses=True), now) is None


def test_what_left_more_than_an_hour_ago_takes_no_room() -> None:
    assert room_at([MONDAY, MONDAY + MINUTE], 2, MONDAY + HOUR) is None
    assert room_at([MONDAY, MONDAY + MINUTE], 2, MONDAY + HOUR - timedelta(seconds=1)) == MONDAY + HOUR
