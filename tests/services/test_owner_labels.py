"""Owner labels: they show whose a thread is, and a person who puts another on hands it over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from inboxsla.domain.people import Person
from inboxsla.domain.timeline import Kind
from inboxsla.gmail.labels import owner_of
from inboxsla.services import deliver, setup
from inboxsla.services import desk as verbs
from inboxsla.storage import mailboxes, people
from inboxsla.storage.database import Database
from tests.builders import ANA, CLAIRE, JONAS, KOFI, SUPPORT, Desk, a_desk, settings
from tests.services.by_hand import delete, handled, names, put, rename, shown, take_off
from tests.services.conftest import Opens

ANAS, JONASES = "Owner/Ana Ruiz", "Owner/Jonas Weber"


@pytest.fixture
def thread(desk: Desk) -> str:
    """A customer's mail that Ana owns."""
    found = desk.writes().thread_id
    desk.catch_up()
    if desk.ticket(found).owner != ANA:
        verbs.hand_over(desk.ports, desk.ticket(found).id, ANA, CLAIRE)
        desk.catch_up()
    return found


def assigned(desk: Desk, thread: str) -> list[str | None]:
    """Everybody the ticket went to, in order."""
    return [event.data["owner"] for event in desk.events(thread) if event.kind is Kind.ASSIGNED]


def test_the_thread_shows_whose_it_is_in_one_call_with_how_it_stands(desk: Desk) -> None:
    thread = desk.writes().thread_id
    desk.deliver()
    with desk.calls() as calls:
        desk.catch_up()
    assert shown(desk, thread) == {"SLA/Low", ANAS}
    assert calls["threads.modify"] == 1


def test_another_owner_label_hands_over_and_the_old_one_comes_off(desk: Desk, thread: str) -> None:
    desk.clock.forward(minutes=5)
    put(desk, thread, JONASES)
    handled(desk)
    assert desk.ticket(thread).owner == JONAS
    assert shown(desk, thread) == {"SLA/Low", JONASES}
    event = [event for event in desk.events(thread) if event.kind is Kind.ASSIGNED][-1]
    assert (event.actor, event.data["why"]) == (None, "by somebody in the mailbox")
    # And back again.
    put(desk, thread, ANAS)
    handled(desk)
    assert desk.ticket(thread).owner == ANA
    assert shown(desk, thread) == {"SLA/Low", ANAS}


def test_exchanging_the_label_hands_over_too(desk: Desk, thread: str) -> None:
    take_off(desk, thread, ANAS)
    put(desk, thread, JONASES)
    handled(desk)
    assert desk.ticket(thread).owner == JONAS
    assert shown(desk, thread) == {"SLA/Low", JONASES}


def test_of_two_labels_the_one_put_on_last_counts(desk: Desk, thread: str) -> None:
    put(desk, thread, JONASES)
    put(desk, thread, "Owner/Claire Dubois")
    handled(desk)
    assert assigned(desk, thread)[-1] == CLAIRE
    assert JONAS not in assigned(desk, thread)
    assert shown(desk, thread) == {"SLA/Low", "Owner/Claire Dubois"}


def test_an_owner_label_taken_off_comes_back(desk: Desk, thread: str) -> None:
    take_off(desk, thread, ANAS)
    handled(desk)
    assert desk.ticket(thread).owner == ANA
    assert shown(desk, thread) == {"SLA/Low", ANAS}


def test_our_own_labels_are_never_taken_for_a_persons(desk: Desk, thread: str) -> None:
    number = desk.ticket(thread).id
    before = assigned(desk, thread)
    for owner in (JONAS, ANA, CLAIRE, JONAS):
        desk.clock.forward(minutes=1)
        verbs.hand_over(desk.ports, number, owner, CLAIRE)
        desk.deliver()
    desk.catch_up()
    assert assigned(desk, thread) == [*before, JONAS, ANA, CLAIRE, JONAS]
    with desk.calls() as calls:
        desk.catch_up()
    assert set(calls) == {"history.list"}


@pytest.mark.parametrize("ours_first", [True, False])
def test_our_write_and_a_persons_in_one_page_of_history_both_count(desk: Desk, thread: str, ours_first: bool) -> None:
    """Ours: Jonas has it now. The person's: the urgency label is exchanged, and Claire is to have it."""
    desk.clock.forward(minutes=1)
    verbs.hand_over(desk.ports, desk.ticket(thread).id, JONAS, ANA)
    desk.clock.forward(minutes=1)
    if ours_first:
        desk.deliver()
    put(desk, thread, "SLA/Overdue", "Owner/Claire Dubois")
    take_off(desk, thread, "SLA/Low")
    if not ours_first:
        desk.deliver()
    handled(desk)
    desk.catch_up()
    assert desk.ticket(thread).owner == CLAIRE
    assert shown(desk, thread) == {"SLA/Low", "Owner/Claire Dubois"}
    with desk.calls() as calls:
        desk.catch_up()
    assert set(calls) == {"history.list"}


@pytest.mark.parametrize("ours_first", [True, False])
def test_a_command_beside_our_own_write_counts(desk: Desk, thread: str, ours_first: bool) -> None:
    desk.clock.forward(hours=2)
    desk.wake()
    if ours_first:
        desk.deliver()
    put(desk, thread, "SLA/Do/Waiting")
    if not ours_first:
        desk.deliver()
    handled(desk)
    assert desk.ticket(thread).status == "waiting_on_customer"
    assert not any(name.startswith("SLA/Do") for name in shown(desk, thread))


def test_an_echo_seen_before_our_write_was_noted_is_still_an_echo(
    desk: Desk, thread: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gmail has our label, and a sync reads of it after somebody has handed the ticket on."""
    gmail, number = desk.gmail(SUPPORT), desk.ticket(thread).id
    real = gmail.modify_thread
    desk.clock.forward(minutes=1)
    verbs.hand_over(desk.ports, number, JONAS, ANA)

    def meanwhile(thread_id: str, add: Sequence[str], remove: Sequence[str]) -> None:
        real(thread_id, add, remove)
        desk.clock.forward(seconds=1)
        verbs.hand_over(desk.ports, number, CLAIRE, JONAS)
        desk.sync()

    monkeypatch.setattr(gmail, "modify_thread", meanwhile)
    desk.deliver()
    monkeypatch.undo()
    desk.catch_up()
    desk.catch_up()
    assert desk.ticket(thread).owner == CLAIRE
    assert shown(desk, thread) == {"SLA/Low", "Owner/Claire Dubois"}


def test_a_renamed_owner_label_still_hands_over(desk: Desk, thread: str) -> None:
    rename(desk, JONASES, "Jonas, Tuesdays only")
    put(desk, thread, "Jonas, Tuesdays only")
    handled(desk)
    assert desk.ticket(thread).owner == JONAS
    assert JONASES not in names(desk)


def test_a_deleted_owner_label_made_anew_by_hand_is_ours_again(desk: Desk, thread: str) -> None:
    delete(desk, JONASES)
    desk.gmail(SUPPORT).create_label("owner/jonas weber", "#c9daf8", "#1c4587")
    put(desk, thread, "owner/jonas weber")
    handled(desk)
    assert desk.ticket(thread).owner == JONAS
    assert shown(desk, thread) == {"SLA/Low", "owner/jonas weber"}
    assert JONASES not in names(desk)


def test_people_of_one_name_have_a_label_each(opens: Opens) -> None:
    twins = [{"address": f"{each}@lumenvelo.example", "name": "Ana Ruiz"} for each in ("ana", "a.ruiz")]
    desk = opens(
        people=[*twins, {"address": JONAS, "name": "R/D  Jonas " + "x" * 180}], assignment={"strategy": "manual"}
    )
    thread = desk.writes().thread_id
    desk.catch_up()
    put(desk, thread, "Owner/Ana Ruiz (a.ruiz@lumenvelo.example)")
    handled(desk)
    assert desk.ticket(thread).owner == "a.ruiz@lumenvelo.example"
    long = next(name for name in names(desk) if name.startswith("Owner/R-D Jonas"))
    put(desk, thread, long)
    handled(desk)
    assert desk.ticket(thread).owner == JONAS
    assert shown(desk, thread) == {"SLA/Low", long}


def test_the_label_of_somebody_who_left_gives_nothing_to_them_and_says_so(desk: Desk, thread: str) -> None:
    with desk.database.write() as conn:
        left: list[Person] = [each for each in people.of_mailbox(conn, desk.id) if each.address != JONAS]
        people.replace_all(conn, desk.id, left)
    put(desk, thread, JONASES)
    handled(desk)
    desk.catch_up()
    assert desk.ticket(thread).owner == ANA
    assert shown(desk, thread) == {"SLA/Low", ANAS}
    assert desk.mailed() == [ANA]
    assert "not on the people list" in " ".join(desk.mails()[0].get_body(("plain",)).get_content().split())


def test_somebody_new_has_a_label_at_once(desk: Desk, thread: str) -> None:
    def owes() -> bool:
        with desk.database.read() as conn:
            return desk.id in deliver.owing(conn, desk.clock())

    assert not owes()
    listed = [{"address": person.address, "name": person.name} for person in desk.ports.settings.people]
    grown = replace(
        desk.ports, settings=settings(people=[*listed, {"address": "ines@lumenvelo.example", "name": "Inês"}])
    )
    setup.prepare(grown)
    assert owes()
    deliver.deliver(grown, desk.id)
    assert "Owner/Inês" in names(desk)
    setup.prepare(grown)
    assert not owes()


def test_what_is_no_ticket_shows_no_owner(desk: Desk, thread: str) -> None:
    verbs.set_status(desk.ports, desk.ticket(thread).id, verbs.Status.NOT_A_TICKET, ANA)
    desk.catch_up()
    assert shown(desk, thread) == set()


def test_owner_labels_can_be_switched_off(opens: Opens) -> None:
    desk = opens(labels={"owners": False})
    thread = desk.writes().thread_id
    desk.catch_up()
    assert not any(name.startswith("Owner") for name in names(desk))
    assert shown(desk, thread) == {"SLA/Low"}


def test_an_observed_mailbox_shows_no_owner_until_it_is_live(database: Database) -> None:
    with a_desk(database, live=False) as desk:
        thread = desk.writes(KOFI).thread_id
        desk.catch_up()
        assert names(desk) == set()
        setup.live(desk.ports, SUPPORT, "Claire")
        desk.catch_up()
        assert ANAS in shown(desk, thread)


def test_switched_off_they_come_off_at_the_next_start_and_are_forgotten(one_desk: Desk) -> None:
    thread = one_desk.writes().thread_id
    one_desk.catch_up()
    assert ANAS in shown(one_desk, thread)
    without = replace(one_desk.ports, settings=settings(labels={"owners": False}))
    setup.prepare(without)
    deliver.deliver(without, one_desk.id)
    assert shown(one_desk, thread) == {"SLA/Low"}
    setup.prepare(without)
    with without.db.read() as conn:
        assert not [key for key in mailboxes.get(conn, one_desk.id).label_ids if owner_of(key)]
    # On again, the labels that are in Gmail still are found, and none is made twice.
    setup.prepare(one_desk.ports)
    one_desk.clock.forward(minutes=130)
    one_desk.catch_up()
    assert shown(one_desk, thread) == {"SLA/Medium", ANAS}
    assert len([name for name in names(one_desk) if name.startswith("Owner/Ana")]) == 1
