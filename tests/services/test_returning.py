"""Customers who keep coming back: who is told, what is done about it, and how it is said."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from inboxsla import listing
from inboxsla.domain.speech import English
from inboxsla.domain.timeline import Kind
from inboxsla.services import configuring, queries, whatif
from tests.builders import ANA, CLAIRE, JONAS, Desk
from tests.services.test_whatif import drafted

BOSS = "boss@lumenvelo.example"
STEPS = (
    '{reopened = 1, do = ["notify_owner"]}, '
    f'{{reopened = 2, do = ["notify_lead", "raise_priority", "reassign"], notify = ["{BOSS}"]}}'
)
TARGETS = '{first_response = "4h", next_response = "8h", resolution = "10 days"}'


def document(steps: str = STEPS, targets: str = TARGETS) -> str:
    people = "".join(
        f'[[people]]\naddress = "{address}"\nname = "{name}"\nrole = "{role}"\n'
        for address, name, role in (
            (ANA, "Ana Ruiz", "agent"),
            (JONAS, "Jonas Weber", "agent"),
            (CLAIRE, "Claire Dubois", "lead"),
            (BOSS, "Bea Boss", "admin"),
        )
    )
    return (
        'default_policy = "Standard"\n[[policies]]\nname = "Standard"\ncalendar = "24x7"\n'
        f"targets = {targets}\nsteps = [{steps}]\n{people}"
    )


def opened(desk: Desk, text: str) -> str:
    """A customer's mail under this configuration, answered by Ana, who owns it."""
    configuring.import_(desk.ports, text, "the tests", open_too=False)
    thread = desk.writes(subject="Lamp flickers").thread_id
    desk.sync()
    desk.owned_by(thread, ANA)
    return thread


def over_and_back(desk: Desk, thread: str) -> None:
    """Answered and archived; an hour later the customer writes again."""
    desk.answers(thread)
    desk.archives(thread)
    desk.sync()
    desk.later(hours=1)
    desk.writes_again(thread, text="It flickers again.")
    desk.sync()


@pytest.fixture
def thread(desk: Desk) -> str:
    return opened(desk, document())


def said(mail: EmailMessage) -> str:
    text = mail.get_body(("plain",))
    assert text is not None
    return " ".join(text.get_content().translate({0x2068: None, 0x2069: None}).replace("\xa0", " ").split())


def subject(mail: EmailMessage) -> str:
    return str(mail["Subject"]).translate({0x2068: None, 0x2069: None})


def test_each_return_is_told_to_those_its_step_names(desk: Desk, thread: str) -> None:
    """C16: level by level to different people, once each, and why it is they."""
    over_and_back(desk, thread)
    desk.deliver()
    (first,) = desk.mails()
    assert desk.mailed() == [ANA]
    assert "You get this because you own the ticket (the customer came back once)." in said(first)
    assert subject(first) == "Customer came back: Lamp flickers (Zofia Wiśniewska) · Due in 8 h"

    over_and_back(desk, thread)
    desk.deliver()
    told = {mail["To"].addresses[0].addr_spec: mail for mail in desk.mails()[1:]}
    assert set(told) == {CLAIRE, BOSS, JONAS}
    assert "You get this because you lead this mailbox (the customer came back 2 times)." in said(told[CLAIRE])
    assert "because the reminder step names you (the customer came back 2 times)." in said(told[BOSS])
    assert "because the ticket was handed to you (the customer came back 2 times)." in said(told[JONAS])
    assert subject(told[CLAIRE]).startswith("Customer came back 2 times: Lamp flickers")

    over_and_back(desk, thread)
    desk.catch_up()
    assert len(desk.mails()) == 4


def test_the_priority_rises_and_the_ticket_moves_for_that_reason(desk: Desk, thread: str) -> None:
    over_and_back(desk, thread)
    over_and_back(desk, thread)
    desk.deliver()

    assert (desk.ticket(thread).priority, desk.ticket(thread).owner) == ("high", JONAS)
    reasons = {event.kind: event.data.get("why") for event in desk.events(thread)}
    assert reasons[Kind.PRIORITY_SET] == reasons[Kind.ASSIGNED] == "the customer came back 2 times"


def test_an_owner_who_is_at_it_keeps_the_ticket(desk: Desk, thread: str) -> None:
    over_and_back(desk, thread)
    over_and_back(desk, thread)
    desk.clock.forward(minutes=1)
    desk.answers(thread)
    desk.sync()
    desk.deliver()

    assert desk.ticket(thread).owner == ANA


@pytest.mark.parametrize("how", ["archives", "spam"])
def test_what_is_solved_again_or_away_before_the_mail_went_is_not_mailed(desk: Desk, thread: str, how: str) -> None:
    over_and_back(desk, thread)
    assert desk.outbox()["owed"] == 1
    if how == "spam":
        desk.store.spam(desk.mailbox.address, thread)
    else:
        desk.archives(thread)
    desk.sync()
    desk.deliver()

    assert desk.mailed() == []
    assert desk.outbox()["owed"] == 0


def test_the_ticket_says_what_happened_and_what_comes_if_it_goes_on(one_desk: Desk) -> None:
    thread = opened(one_desk, document())
    over_and_back(one_desk, thread)
    one_desk.deliver()
    say = English("Europe/Berlin")
    page = queries.ticket(one_desk.ports, one_desk.ticket(thread).id, say)
    text = listing.one(page, say, why=True).replace("\xa0", " ")

    assert "Reopened once by the customer" in text
    assert "Reminder step taken (the customer came back once)" in text
    assert (
        "What comes if the customer comes back\n  The lead is told, the priority is raised, the ticket goes to somebody"
        f" else, a mail goes to {BOSS} (when the customer has come back 2 times)\n"
    ) in text


def test_without_a_timer_the_mail_says_what_it_is_about_and_not_what_is_long_over(one_desk: Desk) -> None:
    thread = opened(one_desk, document(targets='{first_response = "4h"}'))
    over_and_back(one_desk, thread)
    one_desk.deliver()
    (mail,) = one_desk.mails()

    assert subject(mail) == "Customer came back: Lamp flickers (Zofia Wiśniewska)"
    assert said(mail).startswith("Customer came back")


def test_a_what_if_counts_the_mails_it_would_bring(one_desk: Desk) -> None:
    thread = opened(one_desk, document(steps=""))
    over_and_back(one_desk, thread)
    over_and_back(one_desk, thread)
    found = whatif.whatif(one_desk.ports, drafted(one_desk, document()), 90, None, lambda _: None)

    assert (found.now.mails, found.then.mails) == (0, 3)
    assert (found.now.reassignments, found.then.reassignments) == (0, 1)
