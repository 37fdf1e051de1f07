"""Reminders to one person about one ticket are one conversation; mails of ours that come back are known for ours."""

from __future__ import annotations

import pytest

from inboxsla.domain.speech import English
from inboxsla.domain.timeline import Kind
from inboxsla.gmail.simulator import Fault
from inboxsla.notify.headers import answering
from inboxsla.services import queries
from tests.builders import ANA, CLAIRE, JONAS, KOFI, SUPPORT, Desk

DAEMON = "Mail Delivery Subsystem <mailer-daemon@googlemail.com>"


@pytest.fixture
def reminded(one_desk: Desk) -> Desk:
    """Ana owns a customer's ticket and was reminded of it at 75 %."""
    thread = one_desk.writes().thread_id
    one_desk.sync()
    one_desk.owned_by(thread, ANA)
    one_desk.later(hours=3)
    assert one_desk.mailed() == [ANA]
    return one_desk


def threads(desk: Desk) -> list[str]:
    """Gmail's thread of each mail of ours that it still has, oldest first."""
    with desk.store.database.reading() as conn:
        rows = conn.execute("SELECT thread_id, raw FROM messages ORDER BY rowid").fetchall()
    return [row["thread_id"] for row in rows if b"X-InboxSLA-Id" in bytes(row["raw"]).partition(b"\r\n\r\n")[0]]


def customers(desk: Desk) -> str:
    with desk.store.database.reading() as conn:
        return str(conn.execute("SELECT thread_id FROM messages ORDER BY rowid LIMIT 1").fetchone()["thread_id"])


def test_a_second_reminder_continues_the_first_and_says_what_is_new(reminded: Desk) -> None:
    reminded.later(minutes=36)
    first, second = reminded.mails()
    assert second["Subject"] == f"Re: {first['Subject']}"
    assert second["In-Reply-To"] == second["References"] == first["Message-ID"]
    assert len(set(threads(reminded))) == 1
    assert customers(reminded) not in threads(reminded)
    html = second.get_body(("html",))
    assert html is not None
    assert "Due in 24 min · Where is my refund?" in html.get_content().replace("\u00a0", " ")


def test_the_message_id_is_read_back_once_and_only_for_a_mail_that_others_follow(one_desk: Desk) -> None:
    desk = one_desk
    thread = desk.writes().thread_id
    desk.sync()
    desk.owned_by(thread, ANA)
    for minutes, gets in ((180, 0), (36, 1), (24, 0)):
        desk.clock.forward(minutes=minutes)
        desk.wake()
        with desk.calls() as calls:
            desk.deliver()
        assert calls["messages.get"] == gets
    assert desk.mailed().count(ANA) == 3


def test_who_is_told_of_a_ticket_for_the_first_time_gets_a_conversation_of_their_own(reminded: Desk) -> None:
    reminded.later(minutes=36)
    reminded.later(minutes=24)
    by_person = {mail["To"].addresses[0].addr_spec: mail for mail in reminded.mails()[2:]}
    assert set(by_person) == {ANA, JONAS, CLAIRE}
    for mail in by_person.values():
        assert not mail["Subject"].startswith("Re:")
        assert mail["References"] is None
    assert len(set(threads(reminded))) == 4


def test_a_mail_about_several_tickets_stands_alone_and_nothing_follows_it(one_desk: Desk) -> None:
    desk = one_desk
    for n in range(2):
        thread = desk.writes(subject=f"Lamp {n} flickers").thread_id
        desk.sync()
        desk.owned_by(thread, ANA)
    desk.later(hours=3)
    desk.answers(thread)
    desk.later(minutes=36)
    bundle, alone = desk.mails()
    assert bundle["Subject"].startswith("2 tickets need you")
    assert "Lamp 0" in alone["Subject"]
    assert alone["References"] is None
    assert len(set(threads(desk))) == 2


@pytest.mark.parametrize("known", [False, True])
def test_a_reminder_whose_forerunner_was_deleted_begins_anew(reminded: Desk, known: bool) -> None:
    """Whether or not the forerunner's Message-ID was read before."""
    if known:
        reminded.later(minutes=36)
    for mail in reminded.envelopes():
        reminded.store.delete(SUPPORT, str(mail.gmail_id))
    reminded.later(minutes=24 if known else 36)
    if not known:
        reminded.later(minutes=24)
    sent = [mail for mail in reminded.envelopes() if mail.recipient == ANA]
    assert [mail.state for mail in sent] == ["sent"] * 3
    assert all(mail.gmail_id for mail in sent)


def test_a_reminder_goes_out_even_while_gmail_cannot_say_what_it_follows(reminded: Desk) -> None:
    for _ in range(3):
        reminded.faults.plan(Fault("status", "messages.get", code=503, reason="backendError"))
    reminded.clock.forward(minutes=36)
    reminded.wake()
    reminded.deliver()
    assert reminded.mailed() == [ANA]
    reminded.clock.forward(minutes=2)
    reminded.deliver()
    assert reminded.mailed() == [ANA, ANA]
    assert reminded.mails()[1]["References"] is None


def test_a_reminder_that_gmail_will_not_put_there_goes_out_once_by_itself(reminded: Desk) -> None:
    reminded.faults.plan(Fault("status", "messages.send", code=404))
    reminded.later(minutes=36)
    first, second = reminded.mails()
    assert second["Subject"] == f"Re: {first['Subject']}"
    assert second["References"] is None
    assert len(set(threads(reminded))) == 2
    reminded.later(minutes=24)
    assert reminded.mailed().count(ANA) == 3


def test_a_follow_up_whose_answer_was_lost_is_found_and_not_sent_again(reminded: Desk) -> None:
    reminded.faults.plan(Fault("drop_after", "messages.send"))
    reminded.clock.forward(minutes=36)
    reminded.wake()
    reminded.deliver()
    assert [mail.state for mail in reminded.envelopes()] == ["sent", "unknown"]
    reminded.later(minutes=3)
    reminded.later(minutes=3)
    assert [mail.state for mail in reminded.envelopes()] == ["sent", "sent"]
    assert reminded.mailed() == [ANA, ANA]
    assert len(set(threads(reminded))) == 1


def test_a_follow_up_that_was_lost_goes_out_again_into_its_conversation(reminded: Desk) -> None:
    reminded.faults.plan(Fault("drop_before", "messages.send"))
    reminded.clock.forward(minutes=36)
    reminded.wake()
    reminded.deliver()
    for _ in range(3):
        reminded.later(seconds=61)
    assert reminded.mailed() == [ANA, ANA]
    assert len(set(threads(reminded))) == 1


def test_staff_answering_any_mail_of_a_conversation_leave_notes_on_its_ticket(reminded: Desk) -> None:
    ticket = customers(reminded)
    reminded.writes(ANA, "Soon", "Re: it", thread_id=threads(reminded)[0])
    reminded.catch_up()
    reminded.later(minutes=36)
    second = reminded.mails()[1]
    place = {"thread_id": threads(reminded)[0], "headers": {"In-Reply-To": second["Message-ID"]}}
    reminded.writes("ana.ruiz@home.example", "After lunch", f"Re: {second['Subject']}", **place)
    reminded.catch_up()
    noted = [event.actor for event in reminded.events(ticket) if event.kind is Kind.NOTED]
    assert noted == [ANA, None]
    shown = queries.ticket(reminded.ports, reminded.ticket(ticket).id, English("UTC")).happened
    said = [(entry.who, entry.quote) for entry in shown if entry.icon == "note"]
    assert said == [("The team", "After lunch"), ("Ana Ruiz", "Soon")]
    assert reminded.count() == 1


def test_who_answers_a_mail_of_ours_is_told_once_that_the_customer_did_not_get_it(reminded: Desk) -> None:
    for text in ("Done", "Really done"):
        reminded.writes(ANA, text, "Re: it", thread_id=threads(reminded)[0])
        reminded.catch_up()
        reminded.clock.forward(minutes=1)
    assert reminded.mailed() == [ANA, ANA]
    told = reminded.mails()[1]
    assert told["Subject"].startswith("Not sent to the customer: ")
    text = told.get_body(("plain",))
    assert text is not None
    assert "The customer did not get your answer" in " ".join(text.get_content().split())
    assert reminded.clocks(customers(reminded))["first_response"] == "running"


def test_an_answer_that_gmail_puts_elsewhere_because_of_its_subject_is_one_too(reminded: Desk) -> None:
    mail = reminded.mails()[-1]
    reminded.writes(ANA, "Done", f"Antwort: {mail['Subject']}", headers={"In-Reply-To": mail["Message-ID"]})
    reminded.catch_up()
    assert [event.actor for event in reminded.events(customers(reminded)) if event.kind is Kind.NOTED] == [ANA]
    assert reminded.mails()[-1]["Subject"].startswith("Not sent to the customer: ")
    assert reminded.count() == 1


def returned(desk: Desk, how: str) -> bytes:
    """What is left of our mail in the bounces of different servers."""
    (mail,) = desk.mails()
    head = [f"From: {DAEMON}", f"To: {SUPPORT}", "Subject: Undeliverable", "MIME-Version: 1.0"]
    part = {
        "marker": f"Message-ID: <changed@relay.example>\r\nX-InboxSLA-Id: {mail['X-InboxSLA-Id']}\r\n",
        "own Message-ID": f"Message-ID: <{mail['X-InboxSLA-Id']}@lumenvelo.example>\r\n",
    }.get(how)
    if how == "recipient":
        return "\r\n".join([*head, f"X-Failed-Recipients: {ANA}", "", "Not found."]).encode()
    if how == "text":
        body = mail.get_body(("plain",))
        assert body is not None
        return "\r\n".join([*head, "", "Not delivered. What you wrote:", "", body.get_content()]).encode()
    head.append('Content-Type: multipart/report; boundary="b"; report-type=delivery-status')
    status = f"Final-Recipient: rfc822; {ANA}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    parts = [("message/delivery-status", f"Reporting-MTA: dns; x\r\n\r\n{status}"), ("text/rfc822-headers", part or "")]
    body_lines = [f"--b\r\nContent-Type: {kind}\r\n\r\n{text}" for kind, text in parts]
    return "\r\n".join([*head, "", *body_lines, "--b--", ""]).encode()


@pytest.mark.parametrize("how", ["marker", "own Message-ID", "recipient", "text"])
def test_a_mail_of_ours_that_comes_back_outside_its_thread_is_known_for_ours(reminded: Desk, how: str) -> None:
    ticket = reminded.ticket(customers(reminded))
    bounce = reminded.store.deliver(SUPPORT, returned(reminded, how))
    assert bounce.thread_id not in threads(reminded)
    reminded.catch_up()
    (words,) = [words for words in reminded.board().alarms if "came back" in words]
    assert ANA in words
    assert f"ticket {ticket.id}" in words
    assert "came back" in str(reminded.envelopes()[0].reason)
    assert reminded.count() == 1
    assert Kind.BOUNCED not in reminded.kinds(ticket.thread_id)


def test_a_mail_that_comes_back_again_and_again_is_one_alarm_which_names_the_first_few_it_did_not_reach(
    reminded: Desk,
) -> None:
    """Anybody can write a bounce, and as many as they like."""
    more = b", ".join(f"x{nth}@elsewhere.example".encode() for nth in range(99))
    failed = f"X-Failed-Recipients: {ANA}".encode()
    for _ in range(3):
        reminded.store.deliver(
            SUPPORT, returned(reminded, "marker").replace(b"\r\n\r\n", b"\r\n" + failed + b", " + more + b"\r\n\r\n", 1)
        )
    reminded.catch_up()
    (words,) = [words for words in reminded.board().alarms if "A mail from InboxSLA" in words]
    assert f"to {ANA}, x0@elsewhere.example, x1@elsewhere.example about ticket" in words


def test_a_bounce_of_somebody_elses_mail_is_no_alarm_about_ours(reminded: Desk) -> None:
    bounce = f"From: {DAEMON}\r\nTo: {SUPPORT}\r\nSubject: Undeliverable\r\nX-Failed-Recipients: {KOFI}\r\n\r\nNo.\r\n"
    reminded.store.deliver(SUPPORT, bounce.encode())
    reminded.catch_up()
    assert not any("came back" in words for words in reminded.board().alarms)


@pytest.mark.parametrize("wrong", ["", "a b@c", "a\r\nBcc: x@y", "<a@b>", "ü@b"])
def test_what_is_no_message_id_never_gets_into_a_header(wrong: str) -> None:
    with pytest.raises(ValueError, match="Message-ID"):
        answering(b"", wrong)
