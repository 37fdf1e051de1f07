"""What importing a mailbox file promises: nothing is lost, nothing is counted twice, nobody is mailed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inboxsla.services import auditing, configuring, importing, rebuild, runs, ticking
from inboxsla.services.importing import Read
from inboxsla.services.ports import Ports
from inboxsla.storage import mailboxes, messages, people
from inboxsla.storage.database import Database
from tests.services.mailbox_files import ANA, JONAS, KOFI, MAYA, SUPPORT, Mail, imported, ports, rows, written

ASKS = Mail("1", name="Kofi Mensah")
ANSWER = Mail("2", ANA, KOFI, 1, "Re: My lamp flickers", answers="1", name="Ana Ruiz")
THANKS = Mail("3", KOFI, SUPPORT, 2, "Re: My lamp flickers", answers="2")
OTHER = Mail("4", MAYA, SUPPORT, 3, "Where is my parcel?")
STORY = (ASKS, ANSWER, THANKS, OTHER)


def facts(database: Database) -> list[tuple[Any, ...]]:
    """Tickets and events without the numbers and instants that differ from run to run."""
    threads = {row["id"]: row["thread_id"] for row in rows(database, "tickets")}
    events = [(threads[e["ticket_id"]], e["source"], e["kind"], e["happened_at"]) for e in rows(database, "events")]
    kept = [(m["gmail_id"], m["thread_id"], m["kind"], tuple(m["labels"])) for m in rows(database, "messages")]
    tickets = [
        (t["thread_id"], t["subject"], t["status"], t["urgency"], t["due_at"]) for t in rows(database, "tickets")
    ]
    return [*sorted(events), *sorted(kept), *sorted(tickets, key=str)]


def test_a_file_becomes_threads_tickets_and_people(database: Database, tmp_path: Path) -> None:
    read, built = imported(ports(database, tmp_path), written(tmp_path / "a.mbox", *STORY))
    assert (read.messages, read.new, read.copies, read.kept_aside, read.threads) == (4, 4, 0, 0, 2)
    assert (built.threads, built.tickets, built.as_of) == (2, 2, OTHER.at)
    assert {t["subject"] for t in rows(database, "tickets")} == {"My lamp flickers", "Where is my parcel?"}
    (ana,) = rows(database, "people")
    assert (ana["address"], ana["name"], ana["role"], ana["zone"]) == (ANA, "Ana Ruiz", "agent", "UTC")


def test_tickets_stand_still_at_the_newest_message(database: Database, tmp_path: Path) -> None:
    port = ports(database, tmp_path)
    imported(port, written(tmp_path / "a.mbox", *STORY))
    parcel = next(t for t in rows(database, "tickets") if "parcel" in t["subject"])
    assert parcel["urgency"] == "low", "asked by the newest message, so no time has passed, whatever today is"
    assert all(t["wake_at"] is None for t in rows(database, "tickets"))
    assert all(line.ok for line in rebuild.compare(port))


def test_overdue_mail_of_the_past_mails_nobody(sqlite_database: Database, tmp_path: Path) -> None:
    port = ports(sqlite_database, tmp_path)
    imported(port, written(tmp_path / "a.mbox", ASKS, replace(OTHER, hours=5000)))
    assert {t["urgency"] for t in rows(sqlite_database, "tickets")} == {"overdue", "low"}
    ticking.tick(port, ticking.Memory())
    (box,) = rows(sqlite_database, "mailboxes")
    for job in runs.RUNS:
        keys = [t["id"] for t in rows(sqlite_database, "tickets")] if job == "settle" else [box["id"]]
        if job != "sync":
            runs.RUNS[job](port, keys)
    assert rows(sqlite_database, "outbox") == []
    assert rows(sqlite_database, "envelopes") == []
    assert all(t["owner"] is None and not t["label_due"] for t in rows(sqlite_database, "tickets"))


def test_several_copies_of_a_message_are_one_message(database: Database, tmp_path: Path) -> None:
    via_list = replace(ASKS, headers=("Received: from lists.example",), body="It flickers in the rain.\n-- \nA list")
    read, _ = imported(ports(database, tmp_path), written(tmp_path / "a.mbox", ASKS, via_list, ANSWER, ASKS))
    assert (read.messages, read.imported, read.new, read.copies) == (4, 4, 2, 2)
    assert len(rows(database, "messages")) == 2


def test_two_messages_that_merely_share_an_id_are_both_kept(sqlite_database: Database, tmp_path: Path) -> None:
    other = replace(ASKS, sender=MAYA, subject="Re: My lamp flickers")
    read, built = imported(ports(sqlite_database, tmp_path), written(tmp_path / "a.mbox", ASKS, other))
    assert (read.new, read.copies, built.threads) == (2, 0, 1)


def test_a_copy_that_came_first_sets_the_time_and_one_in_the_trash_hides_nothing(
    sqlite_database: Database, tmp_path: Path
) -> None:
    trashed = Mail("1", hours=2, headers=("X-Gmail-Labels: Trash",)).raw.replace(b"11:00:00 +0000", b"09:00:00 +0000")
    kept = replace(ASKS, name="", headers=("X-Gmail-Labels: Inbox",))
    imported(ports(sqlite_database, tmp_path), written(tmp_path / "a.mbox", trashed, kept))
    (message,) = rows(sqlite_database, "messages")
    assert (message["internal_at"], message["labels"]) == (ASKS.at, ["INBOX"])


def test_the_same_file_again_adds_nothing(database: Database, tmp_path: Path) -> None:
    port, file = (
        ports(database, tmp_path),
        written(tmp_path / "a.mbox", *STORY, ASKS, b"From a@b.example Mon Jun  1\n\n"),
    )
    imported(port, file)
    before, aside = facts(database), rows(database, "kept_aside")
    read, _ = imported(port, file)
    assert (read.new, read.known, read.copies, read.kept_aside) == (0, 4, 1, len(aside))
    assert (facts(database), rows(database, "kept_aside")) == (before, aside)


class Stopped(Exception):
    """Somebody pressed Ctrl-C."""


@pytest.mark.parametrize("after", [1, 250])
def test_an_interrupted_import_is_finished_by_starting_it_again(
    sqlite_database: Database, tmp_path: Path, after: int
) -> None:
    mails = [Mail(f"m{n}", hours=n, subject=f"Lamp {n // 2}", answers=f"m{n - 1}" if n % 2 else "") for n in range(320)]
    port, file = ports(sqlite_database, tmp_path), written(tmp_path / "a.mbox", *mails)
    calls = 0

    def interrupted(_: int) -> None:
        nonlocal calls
        calls += 1
        if calls == after:
            raise Stopped

    with pytest.raises(Stopped):
        importing.read(port, file, SUPPORT, [ANA], [], interrupted)
    kept = len(rows(sqlite_database, "messages"))
    assert kept == after // 200 * 200
    read, built = imported(port, file)
    assert (read.known, read.new, built.tickets) == (kept, 320 - kept, 160)


def test_a_second_file_continues_the_threads_of_the_first(database: Database, tmp_path: Path) -> None:
    port = ports(database, tmp_path)
    imported(port, written(tmp_path / "a.mbox", ASKS, OTHER))
    first = {t["thread_id"]: t["id"] for t in rows(database, "tickets")}
    read, built = imported(port, written(tmp_path / "b.mbox", ANSWER, THANKS), agents=())
    assert (read.new, built.tickets) == (2, 2)
    assert {t["thread_id"]: t["id"] for t in rows(database, "tickets")} == first
    lamp = next(t for t in rows(database, "tickets") if "lamp" in t["subject"])
    assert lamp["owner"] == ANA


def test_a_parent_in_a_later_file_joins_the_thread_of_its_child(sqlite_database: Database, tmp_path: Path) -> None:
    port = ports(sqlite_database, tmp_path)
    imported(port, written(tmp_path / "b.mbox", THANKS))
    imported(port, written(tmp_path / "a.mbox", ASKS, ANSWER))
    (ticket,) = rows(sqlite_database, "tickets")
    assert len(rows(sqlite_database, "messages")) == 3
    assert ticket["subject"] == "My lamp flickers"


def test_naming_an_agent_later_reads_their_mail_anew(database: Database, tmp_path: Path) -> None:
    port, file = ports(database, tmp_path), written(tmp_path / "a.mbox", ASKS, ANSWER)
    imported(port, file, agents=())
    kinds = {e["source"]: e["kind"] for e in rows(database, "events")}
    assert set(kinds.values()) >= {"customer_wrote"}
    assert "staff_wrote" not in kinds.values()
    (before,) = rows(database, "tickets")
    imported(port, file, agents=(ANA,))
    (after,) = rows(database, "tickets")
    assert after["id"] == before["id"]
    assert [e["kind"] for e in rows(database, "events") if e["source"].startswith("msg:")] == [
        "customer_wrote",
        "staff_wrote",
    ]


def test_importing_again_judges_every_ticket_by_the_promises_now_in_force(database: Database, tmp_path: Path) -> None:
    file = written(tmp_path / "a.mbox", *STORY, replace(OTHER, id="5", hours=7, subject="A receipt, please"))
    _, built = imported(ports(database, tmp_path), file)
    assert (built.policies, built.judged_anew) == (("Default, version 1",), 0)
    before = {t["subject"]: (t["id"], t["urgency"]) for t in rows(database, "tickets")}
    assert before["Where is my parcel?"][1] == "overdue"

    own = ports(database, tmp_path, policy={"first_response": "40h", "next_response": "40h", "resolution": "80h"})
    again = imported(own, written(tmp_path / "b.mbox", Mail("6", MAYA, hours=7, subject="One more")))[1]
    assert (again.policies, again.judged_anew) == (("Default, version 2",), 3)
    after = {t["subject"]: (t["id"], t["urgency"]) for t in rows(database, "tickets")}
    assert after == {name: (number, "low") for name, (number, _) in before.items()} | {"One more": after["One more"]}
    (audit,) = auditing.audits(own)
    assert audit.policies == ("Default, version 2",)
    assert all(line.ok for line in rebuild.compare(own))
    assert rows(database, "outbox") == []

    renamed = ports(database, tmp_path, policy={"name": "Lumen"})
    assert imported(renamed, file)[1].policies == ("Lumen, version 1",)
    known = rows(database, "events")
    assert imported(renamed, file)[1].judged_anew == 0
    assert rows(database, "events") == known


RULED = """
default_policy = "Standard"
tags = ["lamp"]

[[policies]]
name = "Standard"
calendar = "24x7"
targets = {first_response = "4h"}

[[policies]]
name = "Lamps"
calendar = "24x7"
targets = {first_response = "%s"}

[[rules]]
name = "Lamps first"
when = {subject = {contains = "lamp"}}
then = {policy = "Lamps", priority = "high", tags = ["lamp"]}
"""


def test_importing_again_asks_the_rules_now_in_force(sqlite_database: Database, tmp_path: Path) -> None:
    port = ports(sqlite_database, tmp_path)
    file = written(tmp_path / "a.mbox", replace(ASKS, subject="My lamp flickers"), replace(OTHER, hours=3))
    configuring.import_(port, RULED % "2h", "the tests", False)
    assert imported(port, file)[1].policies == ("Standard, version 1", "Lamps, version 1")
    again = imported(port, file)[1]
    assert again.judged_anew == 0

    configuring.import_(port, RULED % "40h", "the tests", False)
    again = imported(port, file)[1]
    assert (again.judged_anew, again.policies) == (1, ("Standard, version 1", "Lamps, version 2"))
    configuring.import_(port, (RULED % "40h").replace('"lamp"}}', '"parcel"}}'), "the tests", False)
    assert imported(port, file)[1].judged_anew == 2
    found = {t["subject"]: (t["priority"], t["tags"]) for t in rows(sqlite_database, "tickets")}
    assert found == {"My lamp flickers": ("normal", []), "Where is my parcel?": ("high", ["lamp"])}
    assert all(line.ok for line in rebuild.compare(port))


def test_what_rules_said_stays_when_mail_is_read_anew(sqlite_database: Database, tmp_path: Path) -> None:
    port, file = ports(sqlite_database, tmp_path), written(tmp_path / "a.mbox", ASKS, ANSWER)
    configuring.import_(port, RULED % "2h", "the tests", False)
    imported(port, file, agents=())
    assert imported(port, file, agents=(ANA,))[1].judged_anew == 0
    (ticket,) = rows(sqlite_database, "tickets")
    assert (ticket["priority"], ticket["rule"]) == ("high", "Lamps first")


def test_naming_a_list_as_own_later_makes_its_mail_ordinary(sqlite_database: Database, tmp_path: Path) -> None:
    listed = replace(ASKS, to="lamps@lists.example", headers=("List-Id: <lamps.lists.example>",))
    port, file = ports(sqlite_database, tmp_path), written(tmp_path / "a.mbox", listed)
    read, built = imported(port, file)
    assert (built.tickets, dict(read.lists)) == (0, {"lamps.lists.example": 1})
    read, built = imported(port, file, own_lists=["<Lamps.Lists.Example>"])
    assert (built.tickets, dict(read.lists)) == (1, {})


def test_nobody_is_a_customer_any_more_once_they_are_all_named(sqlite_database: Database, tmp_path: Path) -> None:
    inside = Mail("9", JONAS, ANA, subject="Lunch?")
    port, file = ports(sqlite_database, tmp_path), written(tmp_path / "a.mbox", inside)
    assert imported(port, file)[1].tickets == 1
    assert imported(port, file, agents=(JONAS,))[1].tickets == 0


def test_a_bounce_belongs_to_the_mail_that_came_back(database: Database, tmp_path: Path) -> None:
    # In a Gmail thread of its own, and before the mail it names: the ticket is another one.
    bounce = Mail(
        "b",
        "mailer-daemon@mx.example",
        ANA,
        2,
        "Undelivered Mail Returned to Sender",
        headers=("X-GM-THRID: 17", "Content-Type: multipart/report; report-type=delivery-status; boundary=zz"),
        body="\n".join(
            [
                *("--zz", "Content-Type: text/plain", "", "It came back.", "--zz"),
                *("Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx.example", ""),
                *(f"Final-Recipient: rfc822; {KOFI}", "Action: failed", "Status: 5.1.1", "", "--zz"),
                *("Content-Type: text/rfc822-headers", "", f"Message-ID: <{ANSWER.id}@mail.example>", "", "--zz--"),
            ]
        ),
    )
    imported(ports(database, tmp_path), written(tmp_path / "a.mbox", bounce, ASKS, ANSWER))
    told = [e for e in rows(database, "events") if e["kind"] == "bounced"]
    (ticket,) = (t for t in rows(database, "tickets") if t["subject"] == "My lamp flickers")
    assert [e["ticket_id"] for e in told] == [ticket["id"]]
    assert ticket["waiting_since"] == ASKS.at, "the answer never arrived, so Kofi waits still"


def test_a_connected_mailbox_of_the_same_address_is_left_alone(sqlite_database: Database, tmp_path: Path) -> None:
    port: Ports = ports(sqlite_database, tmp_path)
    with sqlite_database.write() as conn:
        live = mailboxes.ensure(conn, "gmail", SUPPORT)
    read: Read = imported(port, written(tmp_path / "a.mbox", *STORY))[0]
    with sqlite_database.read() as conn:
        assert read.mailbox_id != live.id
        assert list(messages.threads(conn, live.id)) == []
        assert people.of_mailbox(conn, live.id) == []
