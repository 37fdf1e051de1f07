"""Notices are lost, doubled, late and out of order, and history expires in between: what is known in the end is what Gmail shows."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from inboxsla.gmail.google import static_credentials
from inboxsla.gmail.pubsub import GoogleSubscription
from inboxsla.services import pulling, runs
from tests.builders import ANA, KOFI, SUPPORT, Desk, Notepad

TOPIC, NAME = "projects/lumen/topics/inboxsla", "projects/lumen/subscriptions/inboxsla"
STEPS = 60


def in_gmail(desk: Desk) -> dict[str, dict[str, frozenset[str]]]:
    """Labels by message by thread, without drafts; threads in Spam or Trash, which a listing does not show, left out."""
    with desk.store.database.reading() as conn:
        rows = conn.execute(
            "SELECT thread_id, id, (SELECT group_concat(label_id) FROM message_labels l "
            "WHERE l.mailbox = m.mailbox AND l.message_id = m.id) AS labels FROM messages m"
        ).fetchall()
    found: dict[str, dict[str, frozenset[str]]] = {}
    for row in rows:
        labels = frozenset(str(row["labels"] or "").split(",")) - {""}
        if "DRAFT" not in labels:
            found.setdefault(row["thread_id"], {})[row["id"]] = labels
    return {key: each for key, each in found.items() if not all(x & {"SPAM", "TRASH"} for x in each.values())}


def known(desk: Desk, thread: str) -> dict[str, frozenset[str]]:
    return {row.gmail_id: row.labels for row in desk.kept(thread) if not row.gone}


def acts(desk: Desk, dice: Random, threads: list[str]) -> list[Callable[[], object]]:
    thread, store = dice.choice(threads), desk.store
    return [
        lambda: threads.append(desk.writes(KOFI, subject=f"Lamp {len(threads)} flickers").thread_id),
        lambda: desk.writes_again(thread),
        lambda: desk.answers(thread, ANA, at=desk.clock()),
        lambda: desk.archives(thread),
        lambda: store.restore(SUPPORT, thread),
        lambda: store.spam(SUPPORT, thread),
        lambda: store.trash(SUPPORT, thread),
        lambda: store.relabel(SUPPORT, thread, add=("STARRED",)),
        lambda: store.autosave_draft(SUPPORT, "Dear", thread_id=thread),
        lambda: store.expire_history(SUPPORT),
    ]


def answer_rings(desk: Desk) -> None:
    assert isinstance(desk.bell, Notepad)
    rung, desk.bell.rung[:] = list(desk.bell.rung), []
    for job, keys in rung:
        runs.RUNS[job](desk.ports, keys)


@pytest.mark.parametrize("seed", [1, 7, 20261125])
def test_what_is_known_in_the_end_is_what_gmail_shows(one_desk: Desk, seed: int) -> None:
    desk, dice, pubsub = one_desk, Random(seed), one_desk.server.pubsub
    waiting = pubsub.subscribe(NAME, TOPIC).waiting
    subscription = GoogleSubscription(static_credentials(SUPPORT), NAME, pubsub_root=desk.server.url)
    threads = [desk.writes().thread_id]
    desk.sync()
    desk.gmail(SUPPORT).watch(TOPIC)
    for _ in range(STEPS):
        if dice.random() < 0.5:
            pubsub.mischief.append(dice.choice(["lose", "twice", "hold"]))
        dice.choice(acts(desk, dice, threads))()
        if dice.random() < 0.2:
            pubsub.release()
        if waiting and dice.random() < 0.7:
            pulling.pull(desk.ports, subscription)
            answer_rings(desk)
        desk.clock.forward(seconds=dice.randint(1, 60))
    desk.catch_up()
    shown = in_gmail(desk)
    assert {thread: known(desk, thread) for thread in shown} == shown
    assert desk.mailbox.history_id == str(desk.store.history_id(SUPPORT))
    for thread in shown:
        sources = [event.source for event in desk.events(thread)]
        assert len(sources) == len(set(sources))
