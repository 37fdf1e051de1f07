"""The mail in the morning: when, to whom, what it says, once a day whatever happens, and how it is stopped."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import select, update

from inboxsla.services import digests, preferring, runs, ticking, writing
from inboxsla.services.ports import Ports
from inboxsla.storage import unreachable
from inboxsla.storage.database import Database
from inboxsla.storage.schema import digests as table
from inboxsla.storage.schema import mailboxes, people
from tests.builders import ANA, CLAIRE, JONAS, KOFI, Desk, a_desk, settings

# In Berlin, where everybody is at any hour.
EIGHT = datetime(2026, 11, 25, 7, tzinfo=UTC)
LONG = {
    "first_response": "20h",
    "next_response": "20h",
    "resolution": "90h",
    "ladder": [{"at": 100, "do": ["notify_lead"]}],
}


ON = {"digest": True}


@pytest.fixture
def desk(sqlite_database: Database) -> Any:
    with a_desk(sqlite_database, settings(policy=LONG, notify=ON)) as made:
        yield made


def anas(desk: Desk, subject: str, **mail: Any) -> str:
    found = desk.writes(KOFI, subject=subject, **mail).thread_id
    desk.sync()
    desk.owned_by(found, ANA)
    return found


def mornings(desk: Desk) -> list[EmailMessage]:
    return [mail for mail in desk.mails() if mail["Subject"].startswith("Today: ")]


def to(desk: Desk, address: str) -> EmailMessage:
    (mail,) = [mail for mail in mornings(desk) if mail["To"].addresses[0].addr_spec == address]
    return mail


def text(mail: EmailMessage) -> str:
    shown = mail.get_body(("plain",))
    assert shown is not None
    return str(shown.get_content()).replace("\r\n", "\n").replace("\u00a0", " ")


def tell(desk: Desk) -> int:
    told = digests.compose(desk.ports, desk.id)
    desk.deliver()
    return told


def at(desk: Desk, when: datetime) -> None:
    desk.clock.at = when
    desk.wake()


def test_it_says_what_is_due_today_at_risk_and_was_missed_yesterday(desk: Desk) -> None:
    late = anas(desk, "Missed and answered", at=EIGHT - timedelta(hours=33))
    desk.clock.at = EIGHT - timedelta(hours=12)
    desk.wake()
    desk.answers(late, at=desk.clock())
    anas(desk, "Due at noon", at=EIGHT - timedelta(hours=16))
    anas(desk, "Overdue since this night", at=EIGHT - timedelta(hours=22))
    anas(desk, "Just came", at=EIGHT - timedelta(hours=1))
    desk.sync()
    at(desk, EIGHT)

    assert tell(desk) == 2
    mail = to(desk, ANA)
    said = text(mail)
    assert mail["Subject"] == "Today: 1 due today, 1 overdue, 1 missed yesterday"
    assert said.startswith("Wednesday 25 November\n")
    today, _, rest = said.partition("\nOverdue\n")
    risk, _, missed = rest.partition("Missed yesterday")
    assert "12:00 CET, 4 h left · Due at noon" in today
    assert "2 h over · Overdue since this night" in risk
    assert "Missed and answered" in missed
    assert "Just came" not in said
    assert mail["Auto-Submitted"] == "auto-generated"


def test_postgresql_tells_the_same(postgresql_database: Database) -> None:
    with a_desk(postgresql_database, settings(policy=LONG, notify=ON)) as desk:
        anas(desk, "Due at noon", at=EIGHT - timedelta(hours=16))
        at(desk, EIGHT)
        assert [tell(desk), tell(desk)] == [2, 0]


def test_whoever_leads_gets_those_of_everybody_with_their_owners(desk: Desk) -> None:
    anas(desk, "Due at noon", at=EIGHT - timedelta(hours=16))
    at(desk, EIGHT)
    tell(desk)

    assert "Ana Ruiz owns it" in " ".join(text(to(desk, CLAIRE)).split())
    assert "owns it" not in text(to(desk, ANA))
    assert JONAS not in desk.mailed(), "nothing to say, no mail"


def test_it_comes_once_a_day_however_often_and_by_whom_it_is_told(desk: Desk) -> None:
    anas(desk, "Due at noon", at=EIGHT - timedelta(hours=16))
    at(desk, EIGHT)
    for _ in range(3):
        tell(desk)
        desk.clock.forward(hours=1)
    assert len(mornings(desk)) == 2

    with desk.database.write() as conn:
        conn.execute(update(people).where(people.c.address == ANA).values(zone="America/New_York"))
    at(desk, datetime(2026, 11, 25, 13, tzinfo=UTC))
    tell(desk)
    assert len(mornings(desk)) == 2, "it is eight in New York, and still the same day"


def test_a_process_that_dies_while_it_composes_leaves_the_mail_to_the_next(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    anas(desk, "Due at noon", at=EIGHT - timedelta(hours=16))
    at(desk, EIGHT)
    with monkeypatch.context() as dying:
        dying.setattr(digests.digests, "enclose", _dies)
        with pytest.raises(SystemExit):
            digests.compose(desk.ports, desk.id)
    with desk.database.read() as conn:
        assert conn.execute(select(table)).all() == []

    tell(desk)
    assert len(mornings(desk)) == 2


def _dies(*_: object) -> None:
    raise SystemExit


def test_the_ticker_tells_it_whether_or_not_anybody_can_be_rung(sqlite_database: Database) -> None:
    with a_desk(sqlite_database, settings(policy=LONG, notify=ON)) as desk:
        anas(desk, "Due at noon", at=EIGHT - timedelta(hours=16))
        at(desk, EIGHT - timedelta(seconds=1))
        assert digests.mailboxes_due(desk.ports) == []
        at(desk, EIGHT)
        ticking.tick(desk.ports, ticking.Memory())
        assert ("digest", (desk.id,)) in desk.bell.rung  # type: ignore[union-attr]  # a notepad

        runs.RUNS["digest"](desk.ports, [desk.id])
        assert ("deliver", (desk.id,)) in desk.bell.rung  # type: ignore[union-attr]  # a notepad
        assert digests.mailboxes_due(desk.ports) == []


def test_what_is_later_than_the_morning_is_left_for_tomorrow(desk: Desk) -> None:
    anas(desk, "Due at noon", at=EIGHT - timedelta(hours=16))
    at(desk, EIGHT + digests.LATEST)
    assert tell(desk) == 0


@pytest.mark.parametrize("how", ["chosen", "settings", "observed", "stopped"])
def test_whoever_wants_none_and_mailboxes_that_mail_nobody_send_none(desk: Desk, how: str) -> None:
    anas(desk, "Due at noon", at=EIGHT - timedelta(hours=16))
    at(desk, EIGHT)
    expected = 0
    if how == "chosen":
        preferring.change(desk.ports, CLAIRE, CLAIRE, digest=False)
        expected = 1
    elif how == "settings":
        chosen = settings(policy=LONG, notify={"digest": False})
        desk.ports = replace(desk.ports, settings=chosen)
        preferring.change(desk.ports, CLAIRE, CLAIRE, digest=True)
        expected = 1
    elif how == "observed":
        with desk.database.write() as conn:
            conn.execute(update(mailboxes).values(mode="observed"))
    else:
        writing.stop(desk.ports, "Ana")
    assert digests.compose(desk.ports, desk.id) == expected


def test_a_mail_that_is_taken_back_for_another_way_is_composed_anew(desk: Desk) -> None:
    anas(desk, "Due at noon", at=EIGHT - timedelta(hours=16))
    at(desk, EIGHT)
    assert digests.compose(desk.ports, desk.id) == 2
    relay = settings(
        policy=LONG, notify=ON, mail={"way": "smtp"}, smtp={"host": "r.example", "from_address": "desk@r.example"}
    )
    desk.ports = replace(desk.ports, settings=relay)
    desk.deliver()
    assert digests.compose(desk.ports, desk.id) == 2


def test_the_mail_can_be_stopped_by_mail_programs_where_it_cannot_be_read_on_the_way(desk: Desk) -> None:
    anas(desk, "Due at noon", at=EIGHT - timedelta(hours=16))
    at(desk, EIGHT)
    tell(desk)
    assert to(desk, ANA)["List-Unsubscribe"].startswith("<http://127.0.0.1:8000/act/")
    assert to(desk, ANA)["List-Unsubscribe-Post"] is None

    public = settings(policy=LONG, notify=ON, server={"base_url": "https://desk.lumenvelo.example"})
    with desk.database.write() as conn:
        conn.execute(table.delete())
    desk.ports = replace(desk.ports, settings=public)
    digests.compose(desk.ports, desk.id)
    desk.deliver()
    newest = mornings(desk)[-1]
    assert newest["List-Unsubscribe"].startswith("<https://desk.lumenvelo.example/act/")
    assert newest["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "\r\nList-Unsubscribe: <https://desk.lumenvelo.example/act/" in desk.envelopes()[-1].raw, "never encoded"


def test_whose_mails_come_back_gets_none_of_a_morning_either(desk: Desk) -> None:
    anas(desk, "Due at noon", at=EIGHT - timedelta(hours=16))
    at(desk, EIGHT)
    lost(desk.ports, ANA)
    assert tell(desk) == 1


def lost(ports: Ports, address: str) -> None:
    with ports.db.write() as conn:
        unreachable.note(conn, address, "it came back", ports.now())


def test_the_date_is_the_persons_own(desk: Desk) -> None:
    with desk.database.write() as conn:
        conn.execute(update(people).values(zone="Pacific/Auckland"))
    anas(desk, "Due at noon", at=EIGHT - timedelta(hours=16))
    at(desk, datetime(2026, 11, 24, 19, tzinfo=UTC))
    tell(desk)
    with desk.database.read() as conn:
        assert set(conn.execute(select(table.c.day)).scalars()) == {date(2026, 11, 25)}
