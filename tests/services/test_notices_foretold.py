"""What customers would be told by themselves is said before anybody turns it on: on observed mailboxes, and of a draft."""

from __future__ import annotations

import pytest

from inboxsla import listing
from inboxsla.config.document import Document, read
from inboxsla.domain.courtesy import CustomerNotice
from inboxsla.domain.speech import English
from inboxsla.services import auditing, configuring, effects, foreseen, queries, rollout, setup, whatif
from inboxsla.services.whatif import WhatIf
from inboxsla.storage import mailboxes
from tests.builders import ANA, KOFI, SUPPORT, ZOFIA, Desk
from tests.services.acting_desk import does
from tests.services.test_customer_notices import ALL, configure, document

SAY = English("Europe/Berlin")
ACKNOWLEDGE, ON_HOLD, STILL, CLOSING = CustomerNotice
NO_REPLY = "no-reply@shop.example"


@pytest.fixture
def observed(one_desk: Desk) -> Desk:
    configure(one_desk, document())
    with one_desk.database.write() as conn:
        mailboxes.change(conn, one_desk.id, mode="observed")
    return one_desk


def busy(desk: Desk) -> list[str]:
    """Two questions of Zofia's, one of Kofi's on hold, one of a machine; four hours pass."""
    senders = (ZOFIA, ZOFIA, KOFI, NO_REPLY)
    threads = [
        desk.writes(each, subject=f"Lamp {nth}", headers={"Reply-To": each}).thread_id
        for nth, each in enumerate(senders)
    ]
    desk.catch_up()
    does(desk, threads[2], "hold", ANA, reason="supplier", until="2026-12-10")
    for minutes in (10, 3 * 60 + 37, 20):
        desk.later(minutes=minutes)
    return threads


def test_an_observed_mailbox_says_what_customers_would_have_been_told_and_tells_them_nothing(observed: Desk) -> None:
    """As when it is live: one acknowledgement a day for each address, and none for a machine."""
    threads = busy(observed)

    page = foreseen.foreseen(observed.ports, observed.id, SAY)

    assert page.counts.told == {"acknowledge": 2, "on_hold": 1, "still_with_us": 3}
    assert [(each.would, each.because) for each in page.steps][-1] == (
        "the customer is told by when a person answers",
        "their message arrived",
    )
    assert len(page.steps) == 6
    text = listing.audit_text(auditing.audits(observed.ports, SUPPORT), SAY)
    assert (
        "customers told: by when a person answers (2), until when it is on hold (1), that it takes longer (3)" in text
    )
    told = queries.ticket(observed.ports, observed.ticket(threads[0]).id, SAY).happened
    assert "the customer is told by when a person answers; their message arrived" in [entry.so for entry in told]
    assert (observed.mails(), observed.outbox()) == ([], {})
    setup.live(observed.ports, SUPPORT, "the tests")
    observed.later(minutes=1)
    assert observed.mails() == []


def test_where_notices_are_off_nothing_is_said_of_them(one_desk: Desk) -> None:
    configure(one_desk, document(""))
    with one_desk.database.write() as conn:
        mailboxes.change(conn, one_desk.id, mode="observed")
    busy(one_desk)
    assert foreseen.foreseen(one_desk.ports, one_desk.id, SAY).told == {}
    assert "customers told" not in listing.audit_text(auditing.audits(one_desk.ports, SUPPORT), SAY)
    assert "Customers told" not in listing.whatif_text(replayed(one_desk, document("")), SAY)


def drafted(desk: Desk, notices: str) -> Document:
    return read(document(notices), "draft", desk.clock()).document


def replayed(desk: Desk, text: str) -> WhatIf:
    return whatif.whatif(desk.ports, read(text, "draft", desk.clock()).document, 30, None, lambda _: None)


def test_a_replay_counts_what_customers_would_have_been_told_as_often_as_they_then_are(one_desk: Desk) -> None:
    """The same days, once replayed under a draft and once lived through with it."""
    configure(one_desk, document(""))
    *_, answered = [*busy(one_desk), one_desk.writes("ola@rowery.example").thread_id]
    one_desk.catch_up()
    one_desk.clock.forward(minutes=1)
    one_desk.answers(answered)
    one_desk.catch_up()
    one_desk.later(days=2, minutes=1)
    one_desk.later(days=1)
    assert one_desk.view(answered).status == "closed"

    found = replayed(one_desk, document())

    assert found.now.told == {}
    assert found.then.told == {ACKNOWLEDGE: 3, ON_HOLD: 1, STILL: 3, CLOSING: 1}
    assert "Customers told            that it takes longer: 0 now, 3 then" in listing.whatif_text(found, SAY)


def test_what_customers_of_open_tickets_are_told_from_then_on_is_said_before_it_is_saved(one_desk: Desk) -> None:
    """Nobody is told of what was before; and what they are told already is no news."""
    desk = one_desk
    configure(desk, document("acknowledge = true\n"))
    for sender in (ZOFIA, KOFI):
        desk.writes(sender)
    desk.catch_up()
    desk.later(hours=1)

    found = effects.effect(desk.ports, drafted(desk, ALL), desk.clock())

    assert found.tells == {STILL: 2}
    configuring.import_(desk.ports, document(), "the tests", open_too=True)
    while rollout.roll_out(desk.ports):
        pass
    before = len(desk.mails())
    desk.later(hours=2, minutes=40)
    assert len(desk.mails()) == before + 2
    assert effects.effect(desk.ports, drafted(desk, ALL), desk.clock()).tells == {}
