"""The panel over PostgreSQL."""

from __future__ import annotations

from pathlib import Path

from inboxsla.storage.database import Database
from tests.addon.gmail import Gmail, raw_of
from tests.builders import ANA, SUPPORT, Desk, a_desk


def test_the_panel_answers_the_same_over_postgresql(postgresql_database: Database, tmp_path: Path) -> None:
    with a_desk(postgresql_database) as desk:
        mail = desk.writes()
        desk.catch_up()
        ana = Gmail(desk, tmp_path)
        card = ana.opens(mail.message_id, mail.thread_id)
        assert card.title == "4 h left"
        card = ana.clicks(ana.asks_for(card, "Add note").buttons["Add note"], {"text": "Asked accounting"})
        assert "“Asked accounting”" in card.text
        assert "“Where is my refund?”" in card.text
        _found_by_its_name(desk, ana)
        home = ana.comes_home()
        assert home.title == "2 open, 0 overdue"
        assert ana.clicks(home.buttons["Search"], {"words": "REFUND"}).title == "2 found"
        behind = Gmail(desk, tmp_path, SUPPORT).opens(desk.writes_again(mail.thread_id).message_id, mail.thread_id)
        assert "has not been read yet" in behind.text


def _found_by_its_name(desk: Desk, ana: Gmail) -> None:
    mail = desk.writes()
    desk.catch_up()
    desk.store.add_mailbox(ANA)
    copy = desk.store.deliver(ANA, raw_of(desk, mail))
    ana.user_token = ANA
    assert ana.opens(copy.message_id, copy.thread_id).title == "4 h left"
