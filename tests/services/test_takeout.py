"""What Gmail's own facts in a Takeout file say about its tickets."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from inboxsla.storage import schema
from inboxsla.storage.database import Database
from tests.services.mailbox_files import KOFI, SUPPORT, Mail, imported, ports, written


def takeout(id: str, labels: str, *, sender: str = KOFI, to: str = SUPPORT, hours: float = 0, thread: int = 1) -> Mail:
    headers = (f"X-GM-THRID: {thread}", f"X-Gmail-Labels: {labels}")
    return Mail(id, sender, to, hours, headers=headers)


def told(database: Database) -> list[str]:
    with database.read() as conn:
        rows = conn.execute(select(schema.events.c.kind).order_by(schema.events.c.happened_at, schema.events.c.id))
        return [kind for kind in rows.scalars() if kind != "step_taken"]


def statuses(database: Database) -> list[tuple[str, str]]:
    with database.read() as conn:
        columns = (schema.tickets.c.thread_id, schema.tickets.c.status)
        return [tuple(row) for row in conn.execute(select(*columns).order_by(schema.tickets.c.thread_id))]


def test_sent_mail_is_staffs_whatever_address_it_went_out_under(sqlite_database: Database, tmp_path: Path) -> None:
    answer = takeout("2", "Sent", sender="help@lumenvelo.example", to=KOFI, hours=1)
    imported(ports(sqlite_database, tmp_path), written(tmp_path / "a.mbox", takeout("1", "Inbox"), answer), agents=())
    assert told(sqlite_database) == ["customer_wrote", "staff_wrote"]


def test_threads_have_the_ids_that_gmails_api_gives_them(sqlite_database: Database, tmp_path: Path) -> None:
    file = written(tmp_path / "a.mbox", takeout("1", "Inbox", thread=1849236017432151003))
    imported(ports(sqlite_database, tmp_path), file)
    assert statuses(sqlite_database) == [(f"{1849236017432151003:x}", "open")]


def test_what_was_archived_is_solved_and_what_is_in_the_inbox_is_open(database: Database, tmp_path: Path) -> None:
    mails = (
        takeout("1", "Archived,Opened", thread=1),
        takeout("2", "Inbox,Unread", thread=2),
        takeout("3", "Archived", thread=3),
        takeout("4", "Inbox", hours=1, thread=3),
        takeout("5", "Archiviert,Geöffnet", thread=4),
        takeout("6", "lamps,Arkisto", thread=5),
    )
    imported(ports(database, tmp_path), written(tmp_path / "a.mbox", *mails))
    expected = {"1": "solved", "2": "open", "3": "open", "4": "solved", "5": "open"}
    assert dict(statuses(database)) == expected, "labels in a language we do not know say nothing"


def test_without_labels_nothing_counts_as_archived(sqlite_database: Database, tmp_path: Path) -> None:
    imported(ports(sqlite_database, tmp_path), written(tmp_path / "a.mbox", Mail("1")))
    assert [status for _, status in statuses(sqlite_database)] == ["open"]


def test_mail_in_spam_or_trash_makes_no_ticket(sqlite_database: Database, tmp_path: Path) -> None:
    mails = (takeout("1", "Spam", thread=1), takeout("2", "Trash", thread=2))
    _, built = imported(ports(sqlite_database, tmp_path), written(tmp_path / "a.mbox", *mails))
    assert (built.threads, built.tickets) == (2, 0)


def test_a_later_takeout_says_what_became_of_a_thread(sqlite_database: Database, tmp_path: Path) -> None:
    port = ports(sqlite_database, tmp_path)
    imported(port, written(tmp_path / "june.mbox", takeout("1", "Inbox")))
    imported(port, written(tmp_path / "july.mbox", takeout("1", "Archived")))
    assert statuses(sqlite_database) == [("1", "solved")]
    imported(port, written(tmp_path / "august.mbox", takeout("1", "Archived"), takeout("2", "Inbox", hours=900)))
    assert statuses(sqlite_database) == [("1", "open")]
