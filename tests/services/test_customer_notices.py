"""Notices to customers: what they are told by itself, once, in their own thread, and never so that machines answer each other."""

from __future__ import annotations

from dataclasses import replace
from email.message import EmailMessage

import pytest

from inboxsla.domain.speech import English
from inboxsla.domain.timeline import Kind
from inboxsla.gmail.google import GoogleMailbox, static_credentials
from inboxsla.gmail.port import Sent
from inboxsla.gmail.simulator import Fault
from inboxsla.services import configuring, deliver, queries, setup
from inboxsla.storage import erasing, mailboxes
from tests.builders import ANA, CLAIRE, JONAS, KOFI, REFUND, SUPPORT, ZOFIA, Desk, settings
from tests.services.acting_desk import does

ALL = "acknowledge = true\non_hold = true\nstill_with_us = true\nclosing = true\n"


def document(notices: str = ALL) -> str:
    people = "".join(
        f'[[people]]\naddress = "{address}"\nname = "{name}"\nrole = "{role}"\n'
        for address, name, role in ((ANA, "Ana Ruiz", "agent"), (JONAS, "Jonas", "agent"), (CLAIRE, "Claire", "admin"))
    )
    return (
        'default_policy = "Standard"\n[calendars.Berlin]\nzone = "Europe/Berlin"\nhours = "24x7"\n'
        f'[[mailboxes]]\naddress = "{SUPPORT}"\naliases = ["help@lumenvelo.example"]\n{people}'
        '[[policies]]\nname = "Standard"\ncalendar = "Berlin"\nauto_close = "72h"\nauto_close_warning = "24h"\n'
        'targets = {first_response = "4h", next_response = "8h", resolution = "10 days"}\nsteps = []\n'
        f"[policies.notices]\n{notices}"
    )


def configure(desk: Desk, text: str) -> None:
    configuring.import_(desk.ports, text, "the tests", open_too=False)


@pytest.fixture
def kind(one_desk: Desk) -> Desk:
    """A desk whose policy sends every notice."""
    configure(one_desk, document())
    return one_desk


def wrote(desk: Desk, sender: str = ZOFIA, **more: object) -> str:
    thread = desk.writes(sender, **more).thread_id
    desk.catch_up()
    return thread


def said(mail: EmailMessage) -> str:
    text = mail.get_body(("plain",))
    assert text is not None
    return " ".join(text.get_content().split())


def outcomes(desk: Desk, thread: str) -> list[str]:
    with desk.database.read() as conn:
        rows = conn.exec_driver_sql(
            f"SELECT outcome FROM outbox WHERE role = 'requester' AND ticket_id = {desk.ticket(thread).id} ORDER BY id"
        )
        return [str(row[0]) for row in rows]


def timeline(desk: Desk, thread: str) -> str:
    page = queries.ticket(desk.ports, desk.ticket(thread).id, English("Europe/Berlin"))
    return " | ".join(entry.what for entry in page.happened).replace("\xa0", " ")


def test_a_customer_is_told_once_in_their_thread_by_when_a_person_answers(kind: Desk) -> None:
    """C49: the same calendar makes the promise and says it."""
    thread = wrote(kind)
    kind.later(minutes=10)
    (mail,) = kind.mails()
    assert mail["To"].addresses[0].addr_spec == ZOFIA
    assert mail["From"].addresses[0].addr_spec == SUPPORT
    assert mail["Subject"] == f"Re: {REFUND}"
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Auto-Response-Suppress"] == "All"
    first, notice = kind.kept(thread)
    assert (mail["In-Reply-To"], mail["References"]) == (f"<{first.rfc_id}>", f"<{first.rfc_id}>")
    assert notice.kind == "ours"
    due = next(c.reading.due_at for c in kind.view(thread).clocks if c.reading.metric == "first_response")
    assert due is not None
    assert f"{due.astimezone(English('Europe/Berlin').zone):%A, %-d %B %Y, %H:%M} CET (Berlin time)" in said(mail)
    assert kind.kinds(thread).count(Kind.CUSTOMER_TOLD) == 1
    assert "ustomer was told: their message has arrived, and a person answers by" in timeline(kind, thread)


def test_a_notice_is_no_answer_and_changes_neither_status_nor_timers(kind: Desk) -> None:
    thread = wrote(kind)
    assert kind.clocks(thread) == {"first_response": "running", "resolution": "running"}
    assert kind.view(thread).status == "open"
    assert kind.view(thread).waiting_since == kind.view(thread).opened_at


def test_before_a_promise_is_missed_the_customer_hears_when_instead(kind: Desk) -> None:
    thread = wrote(kind)
    kind.later(hours=3, minutes=37)
    kind.later(hours=2)
    _, mail = kind.mails()
    assert "still with us" in said(mail)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert kind.view(thread).breached, "the new promise moves no timer"


def test_a_customer_on_hold_hears_until_when_and_no_reason_that_was_typed_for_colleagues(kind: Desk) -> None:
    for reason, told in (("supplier", True), ("internal", False), ("he is annoying", False)):
        thread = wrote(kind, f"{reason[:2]}@rowery.example")
        does(kind, thread, "hold", ANA, reason=reason, until="2026-12-10")
        kind.later(minutes=1)
        before = len(kind.mails())
        kind.later(minutes=5)
        (mail,) = kind.mails()[before:]
        assert "on hold until" in said(mail)
        assert (reason in said(mail)) is told
        assert (f"({reason})" in timeline(kind, thread)) is told


def test_a_hold_that_is_taken_back_at_once_is_not_told(kind: Desk) -> None:
    thread = wrote(kind)
    does(kind, thread, "hold", ANA, reason="supplier", until="2026-12-10")
    kind.later(minutes=1)
    does(kind, thread, "undo", ANA)
    kind.later(minutes=10)
    assert len(kind.mails()) == 1


def test_a_silent_customer_is_warned_before_the_ticket_closes(kind: Desk) -> None:
    thread = wrote(kind)
    kind.answers(thread)
    kind.sync()
    kind.later(days=2, minutes=1)
    notice = next(mail for mail in reversed(kind.mails()) if mail["To"].addresses[0].addr_spec == ZOFIA)
    assert "will be closed on" in said(notice)
    kind.later(days=1)
    assert kind.view(thread).status == "closed"
    assert (
        sum("will be closed" in said(mail) for mail in kind.mails() if mail["To"].addresses[0].addr_spec == ZOFIA) == 1
    )


def test_machines_that_answer_each_other_stop_after_one_notice(kind: Desk) -> None:
    """C39: one that says that it is a machine, and one that does not and begins a new thread, from another address, each time."""
    thread = wrote(kind)
    kind.writes_again(thread, headers={"Auto-Submitted": "auto-replied"})
    kind.later(minutes=1)
    for number, sender in enumerate((ZOFIA, ZOFIA, "zofia+3@rowery.example", "zofia+4@rowery.example")):
        again = wrote(kind, sender, subject=f"Ticket #{number} was opened")
        kind.clock.forward(minutes=1)
        assert outcomes(kind, again) == ["this address had such a notice within a day"]
    assert kind.mailed() == [ZOFIA]
    # An out-of-office answer came last, so nothing more goes there either.
    kind.later(hours=3, minutes=40)
    assert "the newest mail from outside is automatic" in outcomes(kind, thread)


@pytest.mark.parametrize(
    ("sender", "headers"),
    [
        ("billing@shop.example", {"Reply-To": "no-reply@shop.example"}),
        ("help-owner@lists.example", {}),
        (ZOFIA, {"X-Auto-Response-Suppress": "DR, OOF, AutoReply"}),
    ],
)
def test_no_notice_goes_to_a_machine_or_list(kind: Desk, sender: str, headers: dict[str, str]) -> None:
    thread = wrote(kind, sender, headers=headers)
    assert outcomes(kind, thread) == ["a machine or a list is at the other end"]
    assert kind.mails() == []


def test_nobody_is_told_about_what_was_before_the_mailbox_was_live_or_the_notice_on(one_desk: Desk) -> None:
    desk = one_desk
    wrote(desk)
    desk.later(minutes=1)
    configuring.import_(desk.ports, document(), "the tests", open_too=True)
    desk.later(minutes=5)
    assert desk.mails() == []
    with desk.database.write() as conn:
        mailboxes.change(conn, desk.id, mode="observed")
    thread = wrote(desk, KOFI)
    desk.later(minutes=1)
    setup.live(desk.ports, SUPPORT, "the tests")
    desk.later(minutes=1)
    assert outcomes(desk, thread) == []
    assert desk.mails() == []


def test_a_notice_whose_outcome_nobody_knows_is_found_and_not_sent_twice(kind: Desk) -> None:
    kind.faults.plan(Fault("drop_after", "messages.send"))
    thread = wrote(kind)
    kind.later(minutes=3)
    assert kind.mailed() == [ZOFIA]
    assert [envelope.state for envelope in kind.envelopes()] == ["sent"]
    assert kind.kinds(thread).count(Kind.CUSTOMER_TOLD) == 1


class Died(BaseException):
    """What no code of ours catches, like the end of the process."""


class Mortal(GoogleMailbox):
    """The real client of a worker that ends before or after Gmail takes its mail."""

    after = False

    def send(self, raw: bytes, thread_id: str | None = None) -> Sent:
        if self.after:
            super().send(raw, thread_id)
        raise Died


@pytest.mark.parametrize("after", [False, True])
def test_a_worker_that_ends_before_or_after_gmail_takes_a_notice_sends_it_once(kind: Desk, after: bool) -> None:
    """C43: whatever dies in between."""
    kind.writes()
    kind.sync()
    client = Mortal(static_credentials(SUPPORT), api_root=kind.server.url, timeout=10)
    client.after = after
    with pytest.raises(Died):
        deliver.deliver(replace(kind.ports, mailbox=lambda address: client), kind.id)
    assert len(kind.mailed()) == int(after)
    for _ in range(2):
        kind.later(minutes=5)
    assert kind.mailed() == [ZOFIA]


def test_an_answer_to_a_notice_is_the_customers(kind: Desk) -> None:
    thread = wrote(kind)
    _, notice = kind.kept(thread)
    kind.writes_again(thread, headers={"In-Reply-To": f"<{notice.rfc_id}>"})
    kind.catch_up()
    assert kind.kinds(thread).count(Kind.CUSTOMER_WROTE) == 2
    kind.answers(thread)
    kind.catch_up()
    assert kind.clocks(thread)["first_response"] == "met"
    assert Kind.NOTED not in kind.kinds(thread)
    assert kind.mailed() == [ZOFIA]


def test_a_notice_that_comes_back_is_an_alarm_and_reopens_nothing(kind: Desk) -> None:
    thread = wrote(kind)
    kind.answers(thread)
    kind.catch_up()
    notice = next(row for row in kind.kept(thread) if row.kind == "ours")
    kind.store.bounce(SUPPORT, notice.gmail_id, ZOFIA)
    kind.catch_up()
    assert kind.clocks(thread)["first_response"] == "met"
    assert any("A notice to the customer about ticket 1 came back" in alarm for alarm in kind.board().alarms)
    kind.later(days=2, minutes=1)
    assert "the newest mail from outside is automatic" in outcomes(kind, thread)


def test_a_field_that_nothing_fills_in_is_refused_when_it_is_saved(one_desk: Desk) -> None:
    with pytest.raises(Exception, match=r"nothing is known as \{order\} here"):
        configure(one_desk, document('acknowledge = true\nacknowledge_text = "Your {order} …"\n'))


def test_an_admins_words_are_said_and_a_name_that_is_none_is_not(one_desk: Desk) -> None:
    configure(one_desk, document('acknowledge = true\nacknowledge_text = "We are closed on {when}, {name}."\n'))
    desk = one_desk
    desk.store.deliver(
        SUPPORT,
        f'From: "Win at http://evil.example" <{ZOFIA}>\r\nTo: {SUPPORT}\r\nSubject: Lamp\r\n\r\nHello'.encode(),
    )
    desk.catch_up()
    (mail,) = desk.mails()
    assert "evil" not in said(mail)
    assert said(mail).startswith("Hello, We are closed on ")
    assert "a person will answer you by" in said(mail)


def test_a_notice_that_could_not_go_out_for_an_hour_is_left_out(kind: Desk) -> None:
    kind.faults.plan(Fault("status", "messages.send", code=429, times=None))
    thread = wrote(kind)
    kind.later(minutes=59)
    kind.faults.clear()
    kind.later(hours=1, minutes=1)
    assert outcomes(kind, thread) == ["Gmail took no mail while it was true"]
    assert ZOFIA not in kind.mailed()


def test_whoever_is_erased_is_erased_from_the_notices_they_had(kind: Desk) -> None:
    thread = wrote(kind)
    with kind.database.write() as conn:
        erasing.mails_about(conn, kind.ticket(thread).id, kind.clock(), "erased")
    assert [(mail.recipient, mail.raw) for mail in kind.envelopes()] == [("", "")]


def test_notices_go_through_the_mailbox_whatever_way_other_mails_take(kind: Desk) -> None:
    kind.writes()
    kind.sync()
    kind.ports = replace(
        kind.ports, settings=settings(mail={"way": "smtp"}, smtp={"host": "127.0.0.1", "from_address": SUPPORT})
    )
    kind.catch_up()
    assert kind.mailed() == [ZOFIA]
