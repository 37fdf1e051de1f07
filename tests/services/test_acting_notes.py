"""Notes for the team, and who is mailed because a note mentions them."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from inboxsla.domain.people import Person
from inboxsla.domain.speech import English
from inboxsla.errors import Refused
from inboxsla.services import exporting, noting, queries
from inboxsla.services.noting import mentioned
from inboxsla.storage.database import Database
from inboxsla.storage.schema import notes as notes_table
from tests.builders import ANA, CLAIRE, JONAS, SUPPORT, Desk, a_desk
from tests.services.acting_desk import arrived, does

STAFF = [
    Person(ANA, "Ana Ruiz", "agent", "UTC"),
    Person("ana.blum@lumenvelo.example", "Ana Blum", "agent", "UTC"),
    Person(JONAS, "Jonas Weber", "agent", "UTC"),
    Person("m@lumenvelo.example", "Mehmet Yılmaz", "lead", "UTC"),
]


def test_a_note_is_kept_shown_and_told_to_whom_it_mentions(desk: Desk) -> None:
    thread = arrived(desk)

    acted = does(desk, thread, "note", text="@Jonas the parcel came back, can you look?")
    desk.catch_up()

    assert acted.notice == "The note is added. Jonas Weber gets a mail."
    assert desk.mailed() == [JONAS]
    mail = desk.mails()[0]
    text = mail.get_body(("plain",))
    assert text is not None
    words = " ".join(text.get_content().translate({0x2068: None, 0x2069: None}).split())
    assert "You are mentioned" in mail["Subject"]
    assert "> @Jonas the parcel came back, can you look?" in words
    assert "You get this because Ana Ruiz mentioned you in a note." in words
    shown = queries.ticket(desk.ports, desk.ticket(thread).id, English("UTC")).happened
    assert ("Ana Ruiz", "added a note", "@Jonas the parcel came back, can you look?") in [
        (entry.who, entry.what, entry.quote) for entry in shown
    ]


def test_a_mention_is_a_mail_of_its_own_also_while_reminders_go_on(one_desk: Desk) -> None:
    thread = one_desk.writes().thread_id
    one_desk.sync()
    one_desk.owned_by(thread, ANA)
    one_desk.later(hours=3)
    does(one_desk, thread, "note", CLAIRE, text="@Ana please call her")
    one_desk.catch_up()

    reminder, mention = one_desk.mails()
    assert reminder["Subject"].startswith("Due in")
    assert mention["Subject"].startswith("You are mentioned")
    assert mention["In-Reply-To"] is None


def test_who_escalates_is_named_with_their_words_to_the_others_and_gets_no_mail_themselves(one_desk: Desk) -> None:
    thread = arrived(one_desk)
    does(one_desk, thread, "escalate", ANA, words="She wants to cancel")
    one_desk.catch_up()

    assert one_desk.mailed() == [CLAIRE]
    text = one_desk.mails()[0].get_body(("plain",))
    assert text is not None
    assert "Ana Ruiz escalated this ticket: “She wants to cancel”" in " ".join(text.get_content().split())


def test_whoever_is_handed_a_ticket_by_a_colleague_is_mailed_unless_it_is_taken_back_at_once(one_desk: Desk) -> None:
    thread = arrived(one_desk)
    does(one_desk, thread, "hand_over", ANA, to=JONAS)
    does(one_desk, thread, "undo", ANA)
    one_desk.catch_up()
    assert one_desk.mailed() == []

    does(one_desk, thread, "hand_over", ANA, to=JONAS)
    one_desk.catch_up()
    does(one_desk, thread, "take", CLAIRE)
    one_desk.catch_up()
    (mail,) = one_desk.mails()
    assert one_desk.mailed() == [JONAS]
    assert mail["Subject"].startswith("Yours now: ")
    text = mail.get_body(("plain",))
    assert text is not None
    assert "Ana Ruiz handed this ticket to you." in " ".join(text.get_content().split())


def test_a_note_asked_for_twice_is_one_note_and_one_mail(one_desk: Desk) -> None:
    thread = arrived(one_desk)
    for _ in range(2):
        does(one_desk, thread, "note", text="@claire please see", source="nonce")
        one_desk.catch_up()
    with one_desk.database.read() as conn:
        kept = noting.newest(conn, one_desk.ticket(thread).id, {ANA: "Ana Ruiz"}, 5)

    assert [(note.who, note.text) for note in kept] == [("Ana Ruiz", "@claire please see")]
    assert one_desk.mailed() == [CLAIRE]


def test_whoever_mentions_nobody_or_themselves_mails_nobody(one_desk: Desk) -> None:
    thread = arrived(one_desk)
    for text in ("Asked zofia@rowery.example for the number", "@Ana remember this", "see you @ five"):
        assert does(one_desk, thread, "note", text=text).notice == "The note is added."
    one_desk.catch_up()

    assert one_desk.mailed() == []


def test_what_is_erased_is_gone_while_the_timeline_still_says_that_there_was_a_note(one_desk: Desk) -> None:
    thread = arrived(one_desk)
    does(one_desk, thread, "note", text="Her bank account is DE02…")
    assert "DE02" not in str(one_desk.events(thread))
    assert "DE02" in "".join(exporting.lines(one_desk.ports, SUPPORT))
    with one_desk.database.write() as conn:
        conn.execute(delete(notes_table))

    shown = queries.ticket(one_desk.ports, one_desk.ticket(thread).id, English("UTC")).happened
    assert [(entry.what, entry.quote) for entry in shown if entry.icon == "note"] == [("added a note", "")]


def test_while_the_mailbox_is_observed_nobody_is_mailed_and_the_notice_says_so(sqlite_database: Database) -> None:
    with a_desk(sqlite_database, live=False) as observed:
        thread = observed.writes().thread_id
        observed.sync()
        notice = does(observed, thread, "note", text="@jonas see").notice

    assert notice == "The note is added. Nobody is mailed while the mailbox is only observed."


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("@Ana Ruiz, please", [ANA]),
        ("ask @ana.blum@lumenvelo.example.", ["ana.blum@lumenvelo.example"]),
        ("@jonas@lumenvelo.example and @Mehmet: look", [JONAS, "m@lumenvelo.example"]),
        ("(@JONAS) @jonas weber", [JONAS]),
        ("@Mehmet Yılmaz", ["m@lumenvelo.example"]),
    ],
)
def test_people_are_mentioned_by_name_or_address(text: str, who: list[str]) -> None:
    assert [person.address for person in mentioned(text, STAFF)] == who


@pytest.mark.parametrize(("text", "complaint"), [("@bob hi", "nobody on the people list"), ("@Jonasz", "nobody")])
def test_a_mention_of_nobody_is_said_at_the_text(text: str, complaint: str) -> None:
    with pytest.raises(Refused, match=complaint):
        mentioned(text, STAFF)


def test_a_first_name_of_two_people_is_not_guessed() -> None:
    """ "@ana" is also how the first of them writes her address."""
    others = [Person("ruiz@x.example", "Ana Ruiz", "agent", "UTC"), *STAFF[1:]]
    with pytest.raises(Refused, match="several people"):
        mentioned("@Ana look", others)
