"""Staff whose mails come back get no more of them: others are told in their place until an admin says that it works again."""

from __future__ import annotations

import pytest

from inboxsla.errors import Missing
from inboxsla.services import reaching
from inboxsla.storage.database import Database
from tests.builders import ANA, CLAIRE, JONAS, SUPPORT, Desk
from tests.post import Post
from tests.services.ways_out import by_relay, owing


def reminded(desk: Desk) -> str:
    thread = desk.writes().thread_id
    desk.sync()
    desk.owned_by(thread, ANA)
    desk.later(hours=3)
    assert desk.mailed() == [ANA]
    return thread


def newest_mail(desk: Desk) -> str:
    with desk.store.database.reading() as conn:
        return str(conn.execute("SELECT id FROM messages ORDER BY rowid DESC LIMIT 1").fetchone()["id"])


def comes_back(desk: Desk, status: str = "5.1.1") -> None:
    """What a server says after it took a mail, as Gmail puts it into the mailbox."""
    placed = desk.store.bounce(SUPPORT, newest_mail(desk), ANA)
    with desk.store.database.writing() as conn:
        change = "UPDATE messages SET raw = CAST(replace(CAST(raw AS TEXT), ?, ?) AS BLOB) WHERE id = ?"
        conn.execute(change, ("Status: 5.1.1", f"Status: {status}", placed.message_id))
    desk.catch_up()


def lost(desk: Desk) -> list[str]:
    return [each.address for each in reaching.every(desk.ports)]


def test_what_came_back_and_all_that_follows_is_told_to_somebody_else(desk: Desk) -> None:
    """C42b: an owner who cannot be told does not mean that nobody is."""
    reminded(desk)
    comes_back(desk)
    assert desk.mailed() == [ANA, JONAS], "what the owner did not get"

    desk.later(minutes=36)

    assert desk.mailed() == [ANA, JONAS, JONAS]
    text = desk.mails()[-1].get_body(("plain",))
    assert text is not None
    assert "in place of Ana Ruiz, whose mails come back" in " ".join(text.get_content().split())


def test_an_alarm_names_the_address_until_an_admin_says_that_it_works_again(one_desk: Desk) -> None:
    reminded(one_desk)
    comes_back(one_desk)
    assert any(ANA in words and "go to others" in words for words in one_desk.board().alarms)

    reaching.works_again(one_desk.ports, ANA, CLAIRE)
    one_desk.later(minutes=36)

    assert one_desk.mailed()[-1] == ANA
    assert not any("go to others" in words for words in one_desk.board().alarms)
    with pytest.raises(Missing):
        reaching.works_again(one_desk.ports, ANA, CLAIRE)


def test_a_full_mailbox_is_no_reason_to_give_up_on_somebody(one_desk: Desk) -> None:
    reminded(one_desk)
    comes_back(one_desk, status="5.2.2")
    assert lost(one_desk) == []

    one_desk.later(minutes=36)
    assert one_desk.mailed() == [ANA, ANA]


def test_an_address_that_a_relay_does_not_know_is_passed_over_at_once(sqlite_database: Database, post: Post) -> None:
    post.refuses[ANA] = "550 5.1.1 No such user here"
    with owing(sqlite_database, by_relay(post)) as desk:
        desk.deliver()
        desk.deliver()

        assert lost(desk) == [ANA]
        assert post.mailed == [JONAS, JONAS]
        assert {f"A lamp for {ANA}" in str(mail["Subject"]) for mail in post.mails} == {True, False}


def test_a_relay_that_refuses_for_reasons_of_its_own_loses_nobody(sqlite_database: Database, post: Post) -> None:
    post.refuses[ANA] = "550 5.7.1 Relaying denied"
    with owing(sqlite_database, by_relay(post)) as desk:
        desk.deliver()
        assert lost(desk) == []
