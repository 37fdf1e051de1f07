"""Whatever Gmail calls a thread, the panel finds the ticket it is; and it asks Gmail once at most."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from inboxsla.gmail.simulator.aliases import alias
from inboxsla.gmail.simulator.faults import Fault
from inboxsla.gmail.simulator.letters import letter
from inboxsla.storage import mailboxes
from inboxsla.storage.database import Database
from tests.addon.gmail import EMAIL, Gmail, raw_of
from tests.builders import ANA, JONAS, SUPPORT, ZOFIA, Desk, Notepad, a_desk, settings

SALES = "sales@lumenvelo.example"


@pytest.mark.parametrize(
    "said",
    [
        lambda hexadecimal: f"msg-f:{int(hexadecimal, 16)}",
        lambda hexadecimal: f"#msg-f:{int(hexadecimal, 16)}",
        lambda hexadecimal: hexadecimal,
        lambda hexadecimal: hexadecimal.upper(),
    ],
)
def test_an_id_is_understood_in_every_form(desk: Desk, ana: Gmail, said: object) -> None:
    mail = desk.writes()
    desk.catch_up()
    ids = {"messageId": said(mail.message_id), "threadId": said(mail.thread_id).replace("msg", "thread")}  # type: ignore[operator]
    card = ana.shown(ana.post("/addon/message", ana.event(gmail=ids)))
    assert card.title == "4 h left"


def test_ids_that_only_gmail_can_look_up_are_looked_up_once(desk: Desk, ana: Gmail) -> None:
    sent = desk.sends(ZOFIA, "Your lamp is on its way.")
    desk.writes_again(sent.thread_id)
    desk.catch_up()
    with desk.calls() as calls:
        for _ in range(3):
            card = ana.opens(alias(sent.message_id), "thread-a:r-123")
            assert card.line("Owner")
    assert calls == {"messages.get": 1}


def test_a_copy_in_somebodys_own_mailbox_is_found_by_its_message_id_and_costs_one_call(desk: Desk, ana: Gmail) -> None:
    mail = desk.writes()
    desk.catch_up()
    desk.store.add_mailbox(ANA)
    copy = desk.store.deliver(ANA, raw_of(desk, mail))
    ana.user_token = ANA
    with desk.calls() as calls:
        assert ana.opens(copy.message_id, copy.thread_id).title == "4 h left"
        assert ana.opens(copy.message_id, copy.thread_id).title == "4 h left"
    assert calls == {"messages.get": 1}


def test_an_id_of_a_personal_mailbox_that_is_by_chance_one_of_ours_is_not_mixed_up(desk: Desk, ana: Gmail) -> None:
    mail = desk.writes()
    desk.catch_up()
    desk.store.add_mailbox(ANA)
    own = desk.store.deliver(ANA, letter(sender=JONAS, to=ANA, subject="Lunch?", text="At noon?", at=desk.clock()))
    ana.user_token = ANA
    assert ana.opens(own.message_id, mail.thread_id).title == "Not in a shared mailbox"
    assert ana.opens(mail.message_id, own.thread_id).title == "Not in a shared mailbox"


def test_a_thread_that_is_not_read_yet_says_so_and_makes_somebody_read_it(desk: Desk, ana: Gmail) -> None:
    mail = desk.writes()
    card = ana.opens(mail.message_id, mail.thread_id)
    assert (card.title, card.subtitle) == ("Not read yet", "It is being fetched now")
    assert isinstance(desk.bell, Notepad)
    assert desk.bell.rung[-1] == ("sync", (desk.id,))
    desk.catch_up()
    assert ana.clicks(card.buttons["Look again"]).title == "4 h left"


def test_a_known_thread_with_a_mail_that_is_not_read_yet_shows_the_ticket_and_says_so(desk: Desk, ana: Gmail) -> None:
    mail = desk.writes()
    desk.catch_up()
    desk.clock.forward(minutes=5)
    news = desk.writes_again(mail.thread_id, headers={"In-Reply-To": f"<{desk.kept(mail.thread_id)[0].rfc_id}>"})
    card = ana.opens(news.message_id, mail.thread_id)
    assert card.title == "3 h 55 min left"
    assert "The newest mail of this thread has not been read yet." in card.text
    assert isinstance(desk.bell, Notepad)
    assert desk.bell.rung[-1] == ("sync", (desk.id,))
    desk.catch_up()
    assert "has not been read yet" not in ana.opens(news.message_id, mail.thread_id).text


def test_in_the_account_of_the_mailbox_itself_an_unread_mail_needs_no_call(desk: Desk, tmp_path: Path) -> None:
    mail = desk.writes()
    desk.catch_up()
    news = desk.writes_again(mail.thread_id)
    support = Gmail(desk, tmp_path, SUPPORT)
    support.user_token = ""
    card = support.opens(news.message_id, mail.thread_id)
    assert "has not been read yet" in card.text
    assert card.title == "4 h left"


def test_when_gmail_is_slow_the_panel_answers_all_the_same(desk: Desk, ana: Gmail) -> None:
    desk.store.add_mailbox(ANA)
    own = desk.store.deliver(ANA, letter(sender=JONAS, to=ANA, subject="Lunch?", text="At noon?", at=desk.clock()))
    ana.user_token = ANA
    desk.faults.plan(Fault(kind="latency", seconds=2.5, method="messages.get"))
    begun = time.monotonic()
    card = ana.opens(own.message_id, own.thread_id)
    assert time.monotonic() - begun < 4
    assert card.title == "Not in a shared mailbox"


def test_a_mailbox_nobody_connected_says_which_ones_are(desk: Desk, ana: Gmail) -> None:
    desk.store.add_mailbox(ANA)
    own = desk.store.deliver(ANA, letter(sender=ZOFIA, to=ANA, subject="Private", text="Hello", at=desk.clock()))
    ana.user_token = ANA
    card = ana.opens(own.message_id, own.thread_id)
    assert f"InboxSLA looks after {SUPPORT}." in card.text


def test_without_permission_to_look_the_card_offers_to_give_it(desk: Desk, ana: Gmail) -> None:
    ana.scopes = [EMAIL]
    card = ana.opens("1a2b3c4d5e6f7081", "1a2b3c4d5e6f7081")
    assert "may not ask Gmail which conversation it is" in card.text
    asked = ana.clicked(card.buttons["Allow"]).get_json()
    assert list(asked) == ["requesting_google_scopes"]


def test_a_mailbox_that_cannot_be_read_says_why(desk: Desk, ana: Gmail) -> None:
    with desk.database.write() as conn:
        mailboxes.change(conn, desk.id, access_lost_at=desk.clock(), sync_error="Connect the mailbox again.")
    mail = desk.writes()
    card = ana.opens(mail.message_id, mail.thread_id, toRecipients=[f"Lumen Velo <{SUPPORT}>"])
    assert card.title == "This mailbox cannot be read"
    assert "Connect the mailbox again." in card.text


def test_tickets_of_a_mailbox_that_is_not_theirs_are_nowhere(sqlite_database: Database, tmp_path: Path) -> None:
    apart = {
        "mailboxes": [{"address": SUPPORT}, {"address": SALES}],
        "people": [
            {"address": ANA, "name": "Ana Ruiz", "mailboxes": [SALES]},
            {"address": JONAS, "name": "Jonas Weber", "mailboxes": [SUPPORT]},
        ],
    }
    with a_desk(sqlite_database, settings(**apart)) as desk:
        mail = desk.writes()
        desk.catch_up()
        ana, jonas = (Gmail(desk, tmp_path, who, **apart) for who in (ANA, JONAS))
        assert jonas.opens(mail.message_id, mail.thread_id).title == "4 h left"
        assert ana.opens(mail.message_id, mail.thread_id).title == "Not in a shared mailbox"
        assert len(jonas.comes_home().rows) == 1
        assert not ana.comes_home().rows
        # A card of Jonas's does nothing in Ana's hands.
        click = next(iter(jonas.comes_home().rows.values()))
        assert ana.clicks(click).title == "Please open this anew"
