"""Labels of many threads that change alike: one call for all of them, and the same end as one call for each."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from sqlalchemy import update

from inboxsla.gmail.simulator import Fault
from inboxsla.services import labelling, writing
from inboxsla.services.label_changes import FEWEST_THREADS, MOST_MESSAGES, LabelChange, together
from inboxsla.storage.messages import MessageRow
from inboxsla.storage.schema import tickets
from inboxsla.storage.tickets import TicketRow
from tests.builders import KOFI, SUPPORT, Desk
from tests.dice import Dice

MANY = FEWEST_THREADS + 2
BATCH = "messages.batchModify"


@pytest.fixture
def threads(desk: Desk) -> list[str]:
    """Many tickets that arrived together, one of them with two mails; labelled, and half their time is gone."""
    found = [desk.writes(subject=f"Lamp {nth} flickers").thread_id for nth in range(MANY)]
    desk.writes_again(found[0])
    desk.catch_up()
    desk.clock.forward(hours=2)
    desk.wake()
    return found


def all_labels(desk: Desk, threads: list[str]) -> list[set[str]]:
    return [labels for thread in threads for labels in desk.labels(thread)]


def test_what_changes_alike_changes_in_one_call(desk: Desk, threads: list[str]) -> None:
    with desk.calls() as calls:
        desk.deliver()

    assert (calls[BATCH], calls["threads.modify"]) == (1, 0)
    assert all_labels(desk, threads) == [{"SLA/Medium"}] * (MANY + 1)
    assert not any(desk.ticket(thread).label_due for thread in threads)


def test_mail_that_has_just_come_in_is_labelled_before_the_rest_of_a_flood(
    desk: Desk, threads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labelling, "_LABELS_A_RUN", 3)
    new = desk.writes(subject="Lamp smokes").thread_id
    desk.sync()
    assert desk.deliver().more
    assert desk.labels(new) == [{"SLA/Low"}]
    assert {"SLA/Low"} in all_labels(desk, threads)
    while desk.deliver().more:
        pass
    assert all_labels(desk, threads) == [{"SLA/Medium"}] * (MANY + 1)


def test_our_own_changes_of_many_are_no_news(desk: Desk, threads: list[str]) -> None:
    desk.deliver()
    before = [desk.kinds(thread) for thread in threads]

    with desk.calls() as calls:
        desk.catch_up()

    assert [desk.kinds(thread) for thread in threads] == before
    assert (calls[BATCH], calls["threads.modify"]) == (0, 0)


def test_a_thread_with_mail_in_spam_is_changed_by_itself(desk: Desk, threads: list[str]) -> None:
    strange = desk.writes_again(threads[1], labels=("SPAM",))
    desk.sync()

    with desk.calls() as calls:
        desk.deliver()

    assert (calls[BATCH], calls["threads.modify"]) == (1, 1)
    assert {"SLA/Medium"} in desk.labels(threads[1])
    assert strange.thread_id == threads[1]


def test_a_label_that_somebody_deleted_is_made_again_for_all(desk: Desk, threads: list[str]) -> None:
    gmail = desk.gmail(SUPPORT)
    gone = next(label.id for label in gmail.labels() if label.name == "SLA/Medium")
    gmail.delete_label(gone)

    desk.deliver()

    assert all_labels(desk, threads) == [{"SLA/Medium"}] * (MANY + 1)


@pytest.mark.parametrize("fault", [Fault("status", BATCH, code=503), Fault("drop_after", BATCH)])
def test_a_call_for_many_that_goes_wrong_is_made_up_for(desk: Desk, threads: list[str], fault: Fault) -> None:
    desk.faults.plan(fault)

    desk.deliver()
    desk.later(minutes=3)

    assert all_labels(desk, threads) == [{"SLA/Medium"}] * (MANY + 1)
    assert not any(desk.ticket(thread).label_due for thread in threads)


def test_too_many_calls_put_all_of_them_off(desk: Desk, threads: list[str]) -> None:
    desk.faults.plan(Fault("status", BATCH, code=429))

    desk.deliver()
    assert all_labels(desk, threads) == [{"SLA/Low"}] * (MANY + 1)
    desk.clock.forward(minutes=3)
    desk.deliver()

    assert all_labels(desk, threads) == [{"SLA/Medium"}] * (MANY + 1)


def test_a_message_deleted_meanwhile_harms_nobody(desk: Desk, threads: list[str]) -> None:
    desk.store.delete(SUPPORT, desk.kept(threads[2])[0].gmail_id)

    desk.deliver()
    desk.catch_up()

    assert all_labels(desk, [*threads[:2], *threads[3:]]) == [{"SLA/Medium"}] * MANY


def test_one_that_cannot_be_worked_out_is_set_apart_and_the_others_change(desk: Desk, threads: list[str]) -> None:
    odd = desk.ticket(threads[3]).id
    with desk.database.write() as conn:
        conn.execute(update(tickets).where(tickets.c.id == odd).values(label_wanted="odd"))

    desk.deliver()

    assert all_labels(desk, [*threads[:3], *threads[4:]]) == [{"SLA/Medium"}] * MANY
    assert any(f"The label of ticket {odd}" in alarm for alarm in desk.board().alarms)


def test_many_are_left_alone_once_somebody_stops_all_labels(
    desk: Desk, threads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    gmail = desk.gmail(SUPPORT)
    for thread in [desk.writes(KOFI, subject=f"Bell {nth} is silent").thread_id for nth in range(MANY)]:
        threads.append(thread)
    desk.sync()
    real = gmail.modify_messages

    def meanwhile(message_ids: list[str], add: list[str], remove: list[str]) -> None:
        real(message_ids, add, remove)
        writing.stop(desk.ports, "Claire")

    monkeypatch.setattr(gmail, "modify_messages", meanwhile)
    with desk.calls() as calls:
        desk.deliver()

    assert (calls[BATCH], calls["threads.modify"]) == (1, 0)


def changes(dice: Dice, ticket: TicketRow, mail: MessageRow) -> list[LabelChange]:
    inbox, spam = ((replace(mail, labels=frozenset({folder})),) * (MOST_MESSAGES + 1) for folder in ("INBOX", "SPAM"))

    def one(_: Dice) -> LabelChange:
        messages = dice.one_of((1, 2, 3, 1, 2, 3, 40, 400, MOST_MESSAGES, MOST_MESSAGES + 1, 0))
        kept = (spam if dice.below(10) == 9 else inbox)[:messages]
        return LabelChange(ticket, kept, dice.one_of((("a",), ("b",), ())), dice.one_of(((), ("c",))))

    return dice.some(one, 40)


def test_only_what_is_equal_goes_together_and_as_much_as_gmail_takes(one_desk: Desk) -> None:
    thread = one_desk.writes().thread_id
    one_desk.sync()
    ticket, mail = one_desk.ticket(thread), one_desk.kept(thread)[0]
    seen = 0
    for seed in range(100):
        made = changes(Dice(random.Random(seed).randbytes(400)), ticket, mail)

        parts = together(made)

        for part in parts:
            assert len({(change.add, change.remove) for change in part}) == 1
            assert sum(len(change.kept) for change in part) <= MOST_MESSAGES
            assert len(part) >= FEWEST_THREADS
            assert not any(change.is_none or change.goes_alone for change in part)
        taken = [id(change) for part in parts for change in part]
        assert len(taken) == len(set(taken))
        seen += len(taken)
    assert seen > 50
