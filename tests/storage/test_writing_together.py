"""Inserting what is new and claiming what is due, when several processes do it at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from inboxsla.storage.database import Database, claim, insert_ignore
from inboxsla.storage.schema import kept_aside, mailboxes

NOW = datetime(2026, 6, 5, 17, 30, tzinfo=UTC)
BY_SOURCE = ["mailbox_id", "source"]


@pytest.fixture
def support(database: Database) -> Database:
    """A database with one mailbox, which has the id 1."""
    with database.write() as conn:
        row = {"address": "support@lumenvelo.example", "kind": "gmail", "mode": "live"}
        conn.execute(insert(mailboxes), [{**row, "aliases": [], "own_lists": [], "label_ids": {}}])
    return database


def broken(*numbers: int) -> list[dict[str, Any]]:
    return [{"mailbox_id": 1, "source": f"m{n:05}", "reason": "no date", "learned_at": NOW} for n in numbers]


def take(conn: Connection, limit: int) -> list[str]:
    """Claim rows the way tickets are claimed: the first that nobody has marked."""
    rows = claim(
        conn, kept_aside, [kept_aside.c.reason == "no date"], {"reason": "claimed"},
        order_by=kept_aside.c.source, limit=limit, returning=[kept_aside.c.source],
    )  # fmt: skip
    return sorted(row.source for row in rows)


def test_only_rows_that_are_new_are_inserted_and_named(support: Database) -> None:
    with support.write() as conn:
        assert insert_ignore(conn, kept_aside, broken(1, 2), conflict=BY_SOURCE) == [1, 2]
        fresh = insert_ignore(conn, kept_aside, broken(2, 3), conflict=BY_SOURCE)

        added = select(kept_aside.c.source).where(kept_aside.c.id.in_(fresh))
        assert conn.execute(added).scalars().all() == ["m00003"]


def test_a_row_that_comes_twice_in_one_go_is_inserted_once(support: Database) -> None:
    with support.write() as conn:
        assert len(insert_ignore(conn, kept_aside, broken(1, 1), conflict=BY_SOURCE)) == 1


def test_any_number_of_rows_goes_in_at_once(support: Database) -> None:
    with support.write() as conn:
        assert len(insert_ignore(conn, kept_aside, broken(*range(20_000)), conflict=BY_SOURCE)) == 20_000


def test_no_rows_are_no_work(support: Database) -> None:
    with support.write() as conn:
        assert insert_ignore(conn, kept_aside, [], conflict=BY_SOURCE) == []


def test_rows_with_different_columns_are_a_mistake_and_not_half_stored(support: Database) -> None:
    uneven = [*broken(1), {**broken(2)[0], "id": 7}]
    with pytest.raises(ValueError, match="kept_aside"), support.write() as conn:
        insert_ignore(conn, kept_aside, uneven, conflict=BY_SOURCE)


def test_a_claim_takes_the_first_rows_and_no_more(support: Database) -> None:
    with support.write() as conn:
        insert_ignore(conn, kept_aside, broken(5, 3, 1, 4, 2), conflict=BY_SOURCE)
        assert take(conn, 2) == ["m00001", "m00002"]
        assert take(conn, 9) == ["m00003", "m00004", "m00005"]
        assert take(conn, 9) == []


def test_a_claim_that_is_rolled_back_leaves_the_rows_to_the_next(support: Database) -> None:
    with support.write() as conn:
        insert_ignore(conn, kept_aside, broken(1), conflict=BY_SOURCE)

    def fail_midway() -> None:
        with support.write() as conn:
            take(conn, 1)
            raise LookupError

    with pytest.raises(LookupError):
        fail_midway()
    with support.write() as conn:
        assert take(conn, 1) == ["m00001"]


def test_nothing_is_claimed_twice_however_many_claim_at_once(support: Database) -> None:
    with support.write() as conn:
        insert_ignore(conn, kept_aside, broken(*range(300)), conflict=BY_SOURCE)

    def work(_: int) -> list[str]:
        taken: list[str] = []
        while True:
            with support.write() as conn:
                more = take(conn, 7)
            if not more:
                return taken
            taken += more

    with ThreadPoolExecutor(4) as pool:
        taken = [source for part in pool.map(work, range(4)) for source in part]
    assert sorted(taken) == [row["source"] for row in broken(*range(300))]


def test_on_postgresql_a_claim_passes_over_what_another_holds(postgresql_database: Database) -> None:
    with postgresql_database.write() as conn:
        row = {"address": "support@lumenvelo.example", "kind": "gmail", "mode": "live"}
        conn.execute(insert(mailboxes), [{**row, "aliases": [], "own_lists": [], "label_ids": {}}])
        insert_ignore(conn, kept_aside, broken(1, 2, 3, 4), conflict=BY_SOURCE)
    with postgresql_database.write() as first:
        assert take(first, 2) == ["m00001", "m00002"]
        with postgresql_database.write() as second:
            assert take(second, 2) == ["m00003", "m00004"]
