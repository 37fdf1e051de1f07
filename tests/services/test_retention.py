"""Text goes some time after its ticket was solved, and nothing brings it back; what was counted stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from inboxsla.domain.speech import English
from inboxsla.services import auditing, configuring, desk, in_force, noting, queries, rebuild, runs
from inboxsla.services.privacy import retention
from inboxsla.storage import schema
from inboxsla.storage.database import Database
from tests.builders import ANA, KOFI, SUPPORT, ZOFIA, Desk, Notepad
from tests.services import mailbox_files
from tests.services.mailbox_files import ANA as FILE_ANA
from tests.services.mailbox_files import Mail, imported, rows, written
from tests.services.test_ruling import BASE, RULES, saved
from tests.services.test_whatif import replayed

SECRET = "IBAN PL61 1090"
# Where a person's words or identity could be kept.
TABLES = (
    "messages",
    "tickets",
    "notes",
    "envelopes",
    "alarm_mails",
    "kept_aside",
    "outbox",
    "events",
    "audit",
    "alarms",
)


def stored(desk: Desk) -> str:
    """Everything there is in the database, as one text."""
    with desk.database.read() as conn:
        return "\n".join(
            str(tuple(row)) for name in TABLES for row in conn.execute(select(schema.metadata.tables[name])).all()
        )


def erases(desk: Desk) -> None:
    """What a ticker rings for and a worker then does, to the end."""
    assert isinstance(desk.bell, Notepad)
    desk.memory.looked_ahead_at = None
    desk.bell.rung.clear()
    desk.tick()
    waiting = [keys for job, keys in desk.bell.rung if job == "erase"]
    while waiting:
        desk.bell.rung.clear()
        runs.RUNS["erase"](desk.ports, waiting.pop())
        waiting += [keys for job, keys in desk.bell.rung if job == "erase"]


@pytest.fixture
def solved(one_desk: Desk) -> tuple[Desk, str]:
    """A customer wrote, was reminded of, noted about, answered, and the ticket was solved."""
    thread = one_desk.writes(text=f"My account is {SECRET}.", subject=f"Refund to {SECRET}").thread_id
    one_desk.catch_up()
    ticket = one_desk.ticket(thread).id
    noting.note(one_desk.ports, ticket, ANA, f"Checked {SECRET}")
    desk.escalate(one_desk.ports, ticket, ANA, words=f"Pay {SECRET}")
    one_desk.later(hours=3)
    one_desk.answers(thread, text=f"Paid to {SECRET}")
    one_desk.later(hours=1)
    one_desk.archives(thread)
    one_desk.later(minutes=1)
    assert one_desk.ticket(thread).status == "solved"
    assert one_desk.mailed()
    return one_desk, thread


def test_text_and_who_wrote_it_go_ninety_days_after_a_ticket_was_solved(solved: tuple[Desk, str]) -> None:
    desk, thread = solved
    desk.clock.forward(days=89)
    erases(desk)
    assert SECRET in stored(desk)

    desk.clock.forward(days=1, hours=1)
    erases(desk)

    kept = stored(desk)
    assert [word for word in (SECRET, ZOFIA, "Zofia") if word in kept] == []
    page = queries.ticket(desk.ports, desk.ticket(thread).id, English("Europe/Berlin"))
    assert page.erased.endswith("90 days after it was solved.")
    assert "2027" in page.erased
    assert page.view.requester == ""


def test_the_figures_are_the_same_before_and_after(solved: tuple[Desk, str]) -> None:
    desk, thread = solved
    desk.clock.forward(days=91)
    before, told = auditing.audits(desk.ports), desk.kinds(thread)

    erases(desk)

    assert auditing.audits(desk.ports) == before
    assert desk.kinds(thread) == told
    assert all(finding.ok for finding in rebuild.compare(desk.ports))
    assert desk.kept(thread)[-1].sender == SUPPORT


def test_neither_a_sync_nor_a_relisting_brings_erased_text_back(solved: tuple[Desk, str]) -> None:
    desk, thread = solved
    desk.clock.forward(days=91)
    desk.catch_up()
    erases(desk)
    before = desk.events(thread)

    desk.store.archive(SUPPORT, thread)
    desk.store.expire_history(SUPPORT)
    with desk.database.write() as conn:
        conn.execute(schema.mailboxes.update().values(history_id="1"))
    while desk.sync().more:
        pass
    desk.catch_up()

    assert SECRET not in stored(desk)
    assert [event for event in desk.events(thread) if event.source.startswith("msg:")] == [
        event for event in before if event.source.startswith("msg:")
    ]


def test_a_customer_who_writes_again_is_known_by_what_is_new_and_that_goes_in_its_time_too(
    solved: tuple[Desk, str],
) -> None:
    desk, thread = solved
    desk.clock.forward(days=91)
    erases(desk)
    desk.writes_again(thread, text="It came back: lamp 7")
    desk.catch_up()

    row = desk.ticket(thread)
    assert (row.status, row.requester, row.requester_name) == ("open", ZOFIA, "Zofia Wiśniewska")
    assert "Text from before" in queries.ticket(desk.ports, row.id, English("UTC")).erased
    assert "lamp 7" in stored(desk)

    desk.answers(thread)
    desk.later(minutes=1)
    desk.archives(thread)
    desk.later(minutes=1)
    desk.clock.forward(days=89)
    erases(desk)
    assert "lamp 7" in stored(desk)
    desk.clock.forward(days=2)
    erases(desk)
    assert "lamp 7" not in stored(desk)
    assert len({event.data["who"] for event in desk.events(thread) if "who" in event.data}) == 1


def test_a_note_on_a_ticket_whose_text_is_gone_goes_ninety_days_after_it_was_written(solved: tuple[Desk, str]) -> None:
    desk, thread = solved
    desk.clock.forward(days=91)
    erases(desk)
    noting.note(desk.ports, desk.ticket(thread).id, ANA, "Looked it up for the auditors")

    desk.clock.forward(days=80)
    erases(desk)
    assert "auditors" in stored(desk)
    desk.clock.forward(days=11)
    erases(desk)
    assert "auditors" not in stored(desk)


def test_an_open_ticket_keeps_its_text_however_old_it_is(one_desk: Desk) -> None:
    thread = one_desk.writes(text=SECRET).thread_id
    one_desk.catch_up()
    one_desk.clock.forward(days=200)
    erases(one_desk)
    assert one_desk.kept(thread)[0].excerpt == SECRET


def test_mail_that_made_no_ticket_goes_ninety_days_after_it_came(one_desk: Desk) -> None:
    thread = one_desk.writes(
        text=SECRET, headers={"List-Id": "<news.elsewhere.example>", "Precedence": "bulk"}
    ).thread_id
    one_desk.catch_up()
    assert one_desk.find(thread) is None
    one_desk.clock.forward(days=91)
    erases(one_desk)
    assert one_desk.kept(thread)[0].excerpt == ""


def test_text_stays_for_as_long_as_the_configuration_says_and_for_ever_if_it_says_never(
    solved: tuple[Desk, str],
) -> None:
    desk, _ = solved
    body = dict(in_force.current(desk.ports).body)
    configuring.save(desk.ports, {**body, "privacy": {"keep_text": "never"}}, "Claire", None)
    desk.clock.forward(days=4000)
    erases(desk)
    assert SECRET in stored(desk)

    configuring.save(desk.ports, {**body, "privacy": {"keep_text": "30 days"}}, "Claire", None)
    erases(desk)
    assert SECRET not in stored(desk)


def test_old_text_goes_in_bounded_batches_and_going_on_after_an_interruption_finishes_it(
    one_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    threads = [one_desk.writes(text=SECRET, subject=f"Lamp {n}").thread_id for n in range(5)]
    one_desk.catch_up()
    for thread in threads:
        one_desk.archives(thread)
    one_desk.later(minutes=1)
    one_desk.clock.forward(days=91)

    left = []
    while retention.erase(one_desk.ports, one_desk.id):
        left.append(sum(bool(one_desk.kept(thread)[0].excerpt) for thread in threads))
    assert left == [3, 1]
    assert retention.due(one_desk.ports) == []
    before = stored(one_desk)
    assert retention.erase(one_desk.ports, one_desk.id) is False
    assert stored(one_desk) == before


def test_rules_that_ask_about_erased_text_take_nothing_back_and_a_what_if_says_how_many_it_could_not_ask(
    one_desk: Desk,
) -> None:
    rule = '[[rules]]\nname = "Refunds"\nwhen = {body = {contains = "IBAN"}}\nthen = {tags = ["multi-touch" ], priority = "high"}\n'
    saved(one_desk, BASE + rule)
    thread = one_desk.writes(text=SECRET).thread_id
    one_desk.catch_up()
    one_desk.archives(thread)
    one_desk.later(minutes=1)
    one_desk.clock.forward(days=91)
    erases(one_desk)

    desk.set_priority(one_desk.ports, one_desk.ticket(thread).id, "low", ANA)
    assert one_desk.ticket(thread).tags == ["multi-touch"]
    found = replayed(one_desk, BASE + RULES, days=365)
    assert (found.tickets, found.without_text) == (1, 1)
    assert found.now.figures == found.then.figures


def test_a_file_keeps_its_text_for_a_while_after_it_was_read_and_reading_it_again_brings_nothing_back(
    sqlite_database: Database, tmp_path: Path
) -> None:
    story = [
        Mail("1", body=SECRET, name="Kofi"),
        Mail("2", FILE_ANA, KOFI, 1, "Re: My lamp", answers="1"),
        Mail("3", hours=2),
    ]
    file = written(tmp_path / "a.mbox", *story)
    ports = mailbox_files.ports(sqlite_database, tmp_path)
    read, _ = imported(ports, file)
    assert retention.due(ports) == []

    later = replace(ports, now=lambda: mailbox_files.LATER + timedelta(days=91))
    assert retention.due(later) == [read.mailbox_id]
    while retention.erase(later, read.mailbox_id):
        pass
    imported(later, file)

    kept = [str(rows(sqlite_database, table)) for table in ("messages", "tickets", "events")]
    assert [word for word in (SECRET, KOFI, "Kofi", "flickers") if word in "".join(kept)] == []
    assert retention.due(later) == []
    assert len(rows(sqlite_database, "tickets")) == 2
