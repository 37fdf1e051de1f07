"""What is kept about a person, and forgetting them: everywhere, for good, with a receipt that does not name them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from inboxsla import listing
from inboxsla.domain.speech import English
from inboxsla.domain.timeline import participant
from inboxsla.errors import Refused
from inboxsla.services import auditing, configuring, desk, in_force, noting, queries, rebuild
from inboxsla.services.privacy import forgetting, knowing
from inboxsla.services.privacy.forgetting import Receipt
from inboxsla.services.secret import PRIVACY
from inboxsla.storage import schema
from inboxsla.storage.database import Database
from tests.builders import ANA, CLAIRE, JONAS, KOFI, SUPPORT, ZOFIA, Desk
from tests.services import mailbox_files
from tests.services.mailbox_files import Mail, imported, rows, written
from tests.services.test_retention import erases

SECRET = "IBAN PL61 1090"


def stored(desk: Desk) -> str:
    """Everything there is in every table, as one text."""
    with desk.database.read() as conn:
        tables = schema.metadata.sorted_tables
        return "\n".join(str(tuple(row)) for table in tables for row in conn.execute(select(table)).all())


def forgets(desk: Desk, address: str = ZOFIA) -> Receipt:
    return forgetting.forget(desk.ports, address, CLAIRE)


@pytest.fixture
def asked(one_desk: Desk) -> tuple[Desk, str]:
    """Zofia's ticket, solved, with a note and a reminder; Kofi's, open, whose text names her; one that has nothing to do with her."""
    thread = one_desk.writes(text=f"My account is {SECRET}.").thread_id
    one_desk.writes(KOFI, f"Ask {ZOFIA.title()} as well, not an{ZOFIA}", "Same here")
    one_desk.writes(KOFI, "Where are you?", "Your address")
    one_desk.catch_up()
    noting.note(one_desk.ports, one_desk.ticket(thread).id, ANA, f"Paid {SECRET}")
    one_desk.later(hours=3)
    one_desk.answers(thread, text=f"Paid to {SECRET}")
    one_desk.later(hours=1)
    one_desk.archives(thread)
    one_desk.later(minutes=1)
    return one_desk, thread


def test_what_is_kept_about_a_customer_is_shown_with_counts_and_whole_as_data(asked: tuple[Desk, str]) -> None:
    desk, thread = asked
    known = knowing.about(desk.ports, ZOFIA)

    customer = known.customer
    assert customer.names == ("Zofia Wiśniewska",)
    assert [row.thread_id for row in customer.tickets] == [thread]
    assert (len(customer.messages), customer.mentions, customer.notes, customer.open) == (2, 1, 1, 0)
    assert customer.mails > 0
    assert not known.staff.is_anything
    told = json.loads(listing.person_json(known))
    assert SECRET in told["as_customer"]["messages"][0]["text"]
    assert "Zofia Wiśniewska" in listing.person_text(known, English("UTC"))


def test_a_forgotten_customer_is_nowhere_and_the_figures_are_the_same(asked: tuple[Desk, str]) -> None:
    desk, thread = asked
    before = auditing.audits(desk.ports)

    receipt = forgets(desk)

    kept = stored(desk).replace(f"an{ZOFIA}", "")
    assert [word for word in (SECRET, ZOFIA, ZOFIA.title(), "Zofia", "Wiśniewska") if word in kept] == []
    assert auditing.audits(desk.ports) == before
    assert all(finding.ok for finding in rebuild.compare(desk.ports))
    assert receipt.lines[0].startswith("Text erased of 1 ticket, 2 messages, 1 note")
    assert ZOFIA not in str(receipt)
    page = queries.ticket(desk.ports, desk.ticket(thread).id, English("UTC"))
    assert "asked to be forgotten" in page.erased
    assert not knowing.about(desk.ports, ZOFIA).customer.is_anything


def test_what_others_wrote_stays_apart_from_the_address(asked: tuple[Desk, str]) -> None:
    desk, _ = asked
    forgets(desk)
    assert f"Ask (forgotten) as well, not an{ZOFIA}" in stored(desk)
    assert "Where are you?" in stored(desk)


def test_no_token_of_hers_can_be_made_from_her_address_alone(asked: tuple[Desk, str]) -> None:
    desk, thread = asked
    assert participant(ZOFIA) in stored(desk)
    forgets(desk)
    assert participant(ZOFIA) not in stored(desk)
    assert (
        len({who for event in desk.events(thread) for who in (event.data.get("who"), *event.data.get("to", ())) if who})
        == 1
    )


def test_neither_a_sync_nor_a_listing_brings_her_back_and_what_she_writes_later_is_a_ticket_like_any(
    asked: tuple[Desk, str],
) -> None:
    desk, _ = asked
    unseen = desk.writes(text=f"Second try, {SECRET}", subject="Again", at=desk.clock())
    desk.clock.forward(minutes=5)
    forgets(desk)
    desk.store.expire_history(SUPPORT)
    while desk.sync().more:
        pass
    assert ZOFIA not in stored(desk).replace(f"an{ZOFIA}", "")
    assert SECRET not in stored(desk)
    assert desk.ticket(unseen.thread_id).status == "open"

    desk.clock.forward(days=2)
    later = desk.writes(text="Hello, I need a new lamp", subject="New lamp").thread_id
    desk.catch_up()
    assert desk.ticket(later).requester == ZOFIA
    assert knowing.about(desk.ports, ZOFIA).forgotten_at is not None


def test_forgetting_again_forgets_what_came_since(asked: tuple[Desk, str]) -> None:
    desk, _ = asked
    first = forgets(desk)
    desk.clock.forward(days=2)
    desk.writes(text=SECRET, subject="New lamp")
    desk.catch_up()
    desk.clock.forward(minutes=1)
    assert forgets(desk).number == first.number
    assert ZOFIA not in stored(desk).replace(f"an{ZOFIA}", "")


def test_somebody_whose_text_went_by_age_is_still_found_and_forgotten(asked: tuple[Desk, str]) -> None:
    desk, _ = asked
    desk.clock.forward(days=91)
    erases(desk)
    assert len(knowing.about(desk.ports, ZOFIA).customer.tickets) == 1
    forgets(desk)
    assert participant(ZOFIA) not in stored(desk)


def test_broken_off_halfway_it_is_finished_by_doing_it_again(
    asked: tuple[Desk, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, _ = asked
    desk.writes(text=SECRET, subject="Second")
    desk.catch_up()
    monkeypatch.setattr(forgetting, "_elsewhere", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        forgets(desk)
    monkeypatch.undo()
    forgets(desk)
    assert [word for word in (SECRET, ZOFIA) if word in stored(desk).replace(f"an{ZOFIA}", "")] == []


def test_the_configuration_that_names_them_is_said_and_not_changed(asked: tuple[Desk, str]) -> None:
    desk, _ = asked
    body = {**in_force.current(desk.ports).body, "tiers": {"gold": [ZOFIA]}}
    configuring.save(desk.ports, body, CLAIRE, None)

    receipt = forgets(desk)

    assert "take them out there: tiers, gold." in " ".join(receipt.lines)
    assert "1 version of the configuration keep the address" in " ".join(receipt.lines)
    assert in_force.current(desk.ports).document.tiers["gold"] == (ZOFIA,)


def test_who_is_on_the_people_list_or_owns_open_tickets_cannot_be_forgotten_yet(asked: tuple[Desk, str]) -> None:
    desk, thread = asked
    with pytest.raises(Refused, match="Take them off"):
        forgets(desk, ANA)
    with pytest.raises(Refused, match="your own mailboxes"):
        forgets(desk, SUPPORT)
    assert SECRET in stored(desk)


def test_a_former_colleague_is_shown_and_forgotten_while_the_text_of_tickets_stays(asked: tuple[Desk, str]) -> None:
    desk_, thread = asked
    ticket = desk_.ticket(thread).id
    noting.note(desk_.ports, ticket, JONAS, "Jonas was here")
    desk.set_priority(desk_.ports, ticket, "high", JONAS)
    for row in desk_.board().tickets:
        desk_.owned_by(row.thread_id, ANA)
    body = dict(in_force.current(desk_.ports).body)
    body["people"] = [person for person in body["people"] if person["address"] != JONAS]
    body["teams"] = []
    body["mailboxes"] = []
    configuring.save(desk_.ports, body, CLAIRE, None)

    known = knowing.about(desk_.ports, JONAS)
    assert (known.staff.acts["priority_set"], known.staff.acts["noted"], known.is_listed) == (1, 1, False)
    forgets(desk_, JONAS)

    with desk_.database.read() as conn:
        for table in (schema.events, schema.notes, schema.people, schema.tickets, schema.messages, schema.envelopes):
            for row in conn.execute(select(table)).all():
                assert JONAS not in str(row), (table.name, print(row))
    assert SECRET in stored(desk_)


def test_a_file_from_before_brings_nobody_back(sqlite_database: Database, tmp_path: Path) -> None:
    ports = mailbox_files.ports(sqlite_database, tmp_path)
    first = [
        Mail("1", name="Kofi Mensah", body=SECRET),
        Mail("2", mailbox_files.ANA, mailbox_files.KOFI, 1, answers="1"),
    ]
    imported(ports, written(tmp_path / "a.mbox", *first))
    forgetting.forget(ports, mailbox_files.KOFI, CLAIRE)

    imported(ports, written(tmp_path / "b.mbox", *first, Mail("3", hours=2, subject="More", body=SECRET)))

    kept = "".join(str(rows(sqlite_database, table)) for table in ("messages", "tickets", "events", "audit"))
    assert [word for word in (SECRET, mailbox_files.KOFI, "Kofi") if word in kept] == []
    assert len(rows(sqlite_database, "tickets")) == 2


def test_with_another_key_old_mail_comes_without_text_and_an_alarm_says_why(
    sqlite_database: Database, tmp_path: Path
) -> None:
    ports = mailbox_files.ports(sqlite_database, tmp_path)
    imported(ports, written(tmp_path / "a.mbox", Mail("1", body=SECRET)))
    forgetting.forget(ports, mailbox_files.KOFI, CLAIRE)
    (tmp_path / PRIVACY).unlink()

    imported(ports, written(tmp_path / "b.mbox", Mail("3", hours=2, subject="More", body=SECRET)))

    assert SECRET not in str(rows(sqlite_database, "messages"))
    assert "privacy-key" in str(rows(sqlite_database, "alarms"))
