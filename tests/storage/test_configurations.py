"""Saved configurations: whole, numbered, never changed; and how many tickets one would concern."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from inboxsla.storage import configurations, policies
from inboxsla.storage.database import Database
from inboxsla.storage.schema import mailboxes, tickets
from inboxsla.storage.types import from_json

NOW = datetime(2026, 6, 5, 9, tzinfo=UTC)
BODY = {"name": "Standard", "calendar": {"always_open": True}, "targets": {"resolution": {"normal": 3600}}}


def test_every_save_is_a_version_of_its_own_and_the_newest_is_in_force(database: Database) -> None:
    """C63: what was saved once is never changed."""
    with database.write() as conn:
        assert configurations.newest(conn) is None
        first = configurations.save(conn, {"zone": "Zürich"}, "ana", NOW, False)
        second = configurations.save(conn, {"zone": "Łódź"}, "jonas", NOW + timedelta(hours=1), True)

    with database.read() as conn:
        old, new = configurations.get(conn, 1), configurations.newest(conn)
        assert (first, second) == (1, 2)
        assert configurations.get(conn, 3) is None
    assert old is not None
    assert new is not None
    assert (old.version, from_json(old.text), old.actor, old.saved_at, old.open_too) == (
        1,
        {"zone": "Zürich"},
        "ana",
        NOW,
        False,
    )
    assert (new.version, from_json(new.text), new.open_too, new.rolled_to, new.rolled_at) == (
        2,
        {"zone": "Łódź"},
        True,
        0,
        None,
    )


def test_those_who_save_at_the_same_moment_take_turns(database: Database) -> None:
    barrier, made = threading.Barrier(4), []

    def save(actor: str) -> None:
        barrier.wait(timeout=20)
        with database.write() as conn:
            configurations.lock(conn)
            made.append(configurations.save(conn, {"by": actor}, actor, NOW, False))

    threads = [threading.Thread(target=save, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert sorted(made) == [1, 2, 3, 4]


def test_a_configuration_that_fails_half_way_leaves_nothing(database: Database) -> None:
    def fail_half_way() -> None:
        with database.write() as conn:
            configurations.save(conn, {}, "ana", NOW, False)
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        fail_half_way()
    with database.read() as conn:
        assert configurations.newest(conn) is None


def test_the_next_version_of_a_policy_is_known_before_it_is_made(database: Database) -> None:
    with database.write() as conn:
        assert policies.next_version(conn, "Standard", BODY) == 1
        policies.save(conn, "Standard", BODY, NOW)
        assert policies.next_version(conn, "Standard", dict(reversed(BODY.items()))) is None
        assert policies.next_version(conn, "Standard", {**BODY, "medium_at": 40}) == 2


def test_open_tickets_are_counted_under_the_policy_they_have_now(database: Database) -> None:
    with database.write() as conn:
        row = {"mode": "live", "aliases": [], "own_lists": [], "label_ids": {}, "address": "support@lumenvelo.example"}
        conn.execute(insert(mailboxes), [{**row, "kind": "gmail"}, {**row, "kind": "import"}])
        first = policies.save(conn, "Standard", BODY, NOW)
        newer = policies.save(conn, "Standard", {**BODY, "medium_at": 40}, NOW)
        other = policies.save(conn, "Outage", BODY, NOW)
        for thread, (mailbox, policy, now, status) in enumerate(
            [
                (1, first, None, "open"),
                (1, first, newer, "on_hold"),
                (1, first, other, "open"),
                (1, newer, None, "solved"),
                (2, first, None, "open"),
            ]
        ):
            conn.execute(
                insert(tickets).values(
                    mailbox_id=mailbox, thread_id=str(thread), policy_id=policy, policy_now_id=now, subject="", requester="",
                    requester_name="", status=status, priority="normal", urgency="none", opened_at=NOW,
                )
            )  # fmt: skip
        assert configurations.open_by_policy(conn) == {"Standard": 2, "Outage": 1}
