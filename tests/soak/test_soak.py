"""Days under a clock that is moved by hand: bad ones leave the same tickets, labels and mails as good ones.

Twelve days with a new conversation each day here, twice; `make soak` lives longer and more often: SOAK_SEEDS, SOAK_DAYS and SOAK_TICKETS (a day) say how much.
"""

from __future__ import annotations

import os
import random
import shutil
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from inboxsla.services import rebuild
from inboxsla.storage.database import Database
from inboxsla.storage.schema import envelopes, outbox
from tests.builders import Desk, a_desk
from tests.checkup.reading import problems
from tests.lumen_velo import MORNING
from tests.soak.life import What, life
from tests.soak.world import Left, World, left, opened_settings

DAYS = int(os.environ.get("SOAK_DAYS", "12"))
# Of the first ten seeds, these two are the shortest lives that hold all that can happen.
SEEDS = range(5, 5 + int(os.environ.get("SOAK_SEEDS", "2")))
BEGINS = MORNING.replace(hour=6, minute=0)


def _lived(database: Database, seed: int, bad: random.Random | None) -> tuple[World, Left]:
    with a_desk(database, opened_settings()) as desk:
        desk.clock.at = BEGINS
        world = World(desk, bad)
        world.live(life(seed, BEGINS, DAYS), BEGINS + timedelta(days=DAYS))
        found = left(world)
        _nothing_is_left_over(desk)
        return world, found


def _nothing_is_left_over(desk: Desk) -> None:
    """No act is still owed, no mail went out twice, every ticket is what its events add up to."""
    assert set(desk.outbox()) <= {"done", "dropped"}
    markers = Counter(mail["X-InboxSLA-Id"] for mail in desk.mails())
    assert set(markers.values()) <= {1}
    with desk.database.read() as conn:
        assert set(conn.execute(select(envelopes.c.state)).scalars()) <= {"sent"}
        sent = set(conn.execute(select(envelopes.c.marker)).scalars())
        assert conn.execute(select(outbox.c.key)).scalars().all(), "nobody was ever mailed"
    assert sent == set(markers)
    assert [line.words for line in rebuild.compare(desk.ports) if not line.ok] == []
    assert problems(desk.ports) == {}


def test_everything_that_can_happen_happens_in_some_life() -> None:
    assert {one.what for seed in SEEDS for one in life(seed, BEGINS, DAYS)} == set(What)


@pytest.mark.parametrize("seed", SEEDS)
def test_bad_days_end_like_good_ones(migrated_file: Path, tmp_path: Path, seed: int) -> None:
    lives = []
    for bad in (None, random.Random(seed)):
        file = tmp_path / f"{'good' if bad is None else 'bad'}.db"
        shutil.copyfile(migrated_file, file)
        database = Database(f"sqlite:///{file}")
        lives.append(_lived(database, seed, bad))
        database.close()
    (_, good), (world, bad_one) = lives

    assert sum(world.struck.values()) > DAYS * 2, "the days were not bad enough to prove anything"
    for name in ("tickets", "happened", "promises", "labels", "acts"):
        assert getattr(bad_one, name) == getattr(good, name), name
