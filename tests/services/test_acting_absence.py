"""People say themselves when they are away, beside the configuration."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from inboxsla.services import configuring, setup
from inboxsla.storage import people
from inboxsla.storage.schema import audit
from tests.builders import ANA, CLAIRE, JONAS, SUPPORT, Desk
from tests.services.acting_desk import arrived, does, who


def absences(desk: Desk, address: str = ANA) -> list[tuple[str, str, str | None]]:
    with desk.database.read() as conn:
        listed = {person.address: person for person in people.of_mailbox(conn, desk.id)}
    return [(str(one.start), str(one.until), one.substitute) for one in listed[address].absences]


def test_whoever_says_that_they_are_away_is_not_reminded_and_somebody_stands_in(one_desk: Desk) -> None:
    """C21: the reminder that Ana would get at 75 % goes to Jonas."""
    thread = arrived(one_desk)

    acted = does(one_desk, thread, "absence", start="2026-11-24", until="2026-11-30", substitute=JONAS)
    assert acted.notice == "You are away from 2026-11-24 and back on 2026-11-30; Jonas Weber stands in."
    one_desk.later(hours=2, minutes=50)

    assert one_desk.mailed() == [JONAS]


def test_a_mail_held_for_somebodys_return_goes_out_when_they_say_that_they_are_back(one_desk: Desk) -> None:
    thread = arrived(one_desk)
    does(one_desk, thread, "absence", JONAS, start="2026-11-24", until="2026-11-30")
    does(one_desk, thread, "note", text="@jonas please look when you are back")
    one_desk.catch_up()
    assert one_desk.mailed() == []

    assert does(one_desk, thread, "absence", JONAS).outcome == "done"
    one_desk.catch_up()

    assert one_desk.mailed() == [JONAS]


def test_neither_a_configuration_nor_its_absences_undo_what_people_say_and_the_other_way_round(one_desk: Desk) -> None:
    thread = arrived(one_desk)
    before = configuring.export(one_desk.ports)
    does(one_desk, thread, "absence", start="2026-12-24", until="2026-12-28")
    assert configuring.export(one_desk.ports) == before

    leave = before.replace(
        f'address = "{ANA}"\n', f'address = "{ANA}"\nabsences = [{{from = 2027-02-01, until = 2027-02-08}}]\n'
    )
    assert leave != before
    configuring.import_(one_desk.ports, leave, "the tests", None)
    setup.prepare(one_desk.ports)
    assert absences(one_desk) == [("2027-02-01", "2027-02-08", None), ("2026-12-24", "2026-12-28", None)]

    does(one_desk, thread, "absence", start="2026-12-27", until="2026-12-29")
    assert absences(one_desk) == [("2027-02-01", "2027-02-08", None), ("2026-12-27", "2026-12-29", None)]
    assert does(one_desk, thread, "absence").notice == "You are not away."
    assert absences(one_desk) == [("2027-02-01", "2027-02-08", None)]


def test_it_is_in_the_audit_log_with_before_and_after_once(desk: Desk) -> None:
    thread = arrived(desk)
    for _ in range(2):
        last = does(desk, thread, "absence", start="2026-12-24", until="2026-12-28")
    with desk.database.read() as conn:
        rows = conn.execute(
            select(audit.c.actor, audit.c.before, audit.c.after).where(audit.c.what.contains("absence"))
        )

        assert list(rows) == [(ANA, None, {"from": "2026-12-24", "until": "2026-12-28", "substitute": None})]
    assert last.outcome == "again"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"start": "2026-12-24"}, "until"),
        ({"until": "2026-12-24"}, "start"),
        ({"start": "2026-12-24", "until": "2026-12-24"}, "until"),
        ({"start": "2026-11-01", "until": "2026-11-24"}, "until"),
        ({"start": "soon", "until": "2026-12-24"}, "start"),
        ({"start": "2026-12-24", "until": "2029-12-24"}, "until"),
        ({"start": "2026-12-24", "until": "2026-12-28", "substitute": ANA}, "substitute"),
        ({"start": "2026-12-24", "until": "2026-12-28", "substitute": "eve@example.org"}, "substitute"),
    ],
)
def test_what_makes_no_sense_is_said_at_its_field(one_desk: Desk, fields: dict[str, str], field: str) -> None:
    thread = arrived(one_desk)

    acted = does(one_desk, thread, "absence", **fields)

    assert (acted.outcome, list(acted.complaints)) == ("refused", [field])
    assert absences(one_desk) == []


def test_two_who_are_away_at_once_do_not_stand_in_for_each_other(one_desk: Desk) -> None:
    thread = arrived(one_desk)
    does(one_desk, thread, "absence", JONAS, start="2026-12-20", until="2026-12-30", substitute=ANA)

    acted = does(one_desk, thread, "absence", start="2026-12-24", until="2026-12-28", substitute=JONAS)

    assert acted.complaints["substitute"].startswith("Jonas Weber is away on 2026-12-24 and counts on you.")
    assert (
        does(one_desk, thread, "absence", start="2026-12-24", until="2026-12-28", substitute=CLAIRE).outcome == "done"
    )


def test_the_mailboxs_own_account_is_nobody_who_can_be_away(one_desk: Desk) -> None:
    thread = arrived(one_desk)

    assert who(one_desk, SUPPORT).is_mailbox
    assert does(one_desk, thread, "absence", SUPPORT, start="2026-12-24", until="2026-12-28").outcome == "refused"
