"""The panel without a thread: what needs somebody, by when it is due."""

from __future__ import annotations

from pathlib import Path

from tests.addon.gmail import Gmail
from tests.builders import ANA, CLAIRE, JONAS, KOFI, SUPPORT, ZOFIA, Desk


def _three(desk: Desk) -> None:
    """A ticket of Ana's that is due in an hour, one of Jonas's that is overdue, and one of nobody's."""
    for sender, subject, owner, later in (
        (ZOFIA, "Battery swollen", JONAS, 3), (KOFI, "Refund missing", ANA, 3), (ZOFIA, "Which mount fits?", None, 0),
    ):  # fmt: skip
        mail = desk.writes(sender, subject=subject)
        desk.sync()
        if owner is not None:
            desk.owned_by(mail.thread_id, owner)
        desk.clock.forward(hours=later / 2)
        desk.wake()
    desk.clock.forward(minutes=65)
    desk.sync()
    desk.wake()


def test_home_shows_my_queue_what_is_at_risk_and_what_is_nobodys(desk: Desk, ana: Gmail) -> None:
    _three(desk)
    home = ana.comes_home()
    assert home.title == "3 open, 1 overdue"
    assert [section.get("header", "") for section in home.card["sections"]][:4] == [
        "My tickets (1)", "At risk with colleagues", "Nobody's yet (1)", "Today",
    ]  # fmt: skip
    lines = [w["decoratedText"] for w in home.widgets if "onClick" in w.get("decoratedText", {})]
    assert [(each["topLabel"].replace("\xa0", " "), each["text"]) for each in lines] == [
        ("Medium · due 16:18 CET", "Refund missing"),
        ("Overdue · was due 14:48 CET", "Battery swollen"),
        ("Low · due 17:48 CET", "Which mount fits?"),
    ]
    assert "3 came in, 0 solved" in home.text


def test_a_ticket_opened_from_home_can_be_worked_on_and_opened_in_gmail(desk: Desk, ana: Gmail) -> None:
    _three(desk)
    card = ana.clicks(ana.comes_home().rows["Refund missing"])
    assert "Kofi Mensah" in card.text
    assert card.buttons["Open"]["openLink"]["url"].startswith("https://mail.google.com/mail/?authuser=support")
    assert ana.clicks(card.buttons["Solve"]).title.startswith("Solved")
    assert "Refund missing" not in ana.comes_home().rows


def test_where_nothing_waits_home_says_so(ana: Gmail) -> None:
    home = ana.comes_home()
    assert home.title == "0 open, 0 overdue"
    assert "Nothing waits for you." in home.text


def test_the_mailboxs_own_account_sees_every_open_ticket(desk: Desk, tmp_path: Path) -> None:
    _three(desk)
    home = Gmail(desk, tmp_path, SUPPORT).comes_home()
    assert "Open tickets (3)" in home.text
    assert "My absence" not in home.buttons


def test_a_mailbox_that_is_not_read_is_told_at_home(desk: Desk, ana: Gmail) -> None:
    desk.sync()
    desk.clock.forward(minutes=30)
    assert f"{SUPPORT} has not been read since 10:48 CET." in ana.comes_home().text


def test_search_finds_subjects_names_and_addresses_as_they_are_written(desk: Desk, ana: Gmail) -> None:
    _three(desk)
    button = ana.comes_home().buttons["Search"]
    for words in ("refund", "KOFI", "kofi@customer", "Mensah"):
        found = ana.clicks(button, {"words": words})
        assert (found.title, list(found.rows)) == ("1 found", ["Refund missing"])
    for words in ("100%", "_", "re%nd", "\\"):
        assert ana.clicks(button, {"words": words + "  "}).title in ("Nothing found", "3 open, 1 overdue")
    assert ana.clicks(button, {"words": "reclamation"}).title == "Nothing found"


def test_too_little_to_search_for_is_said_at_the_field(desk: Desk, tmp_path: Path) -> None:
    claire = Gmail(desk, tmp_path, CLAIRE)
    button = claire.comes_home().buttons["Search"]
    assert "Write at least two letters" in claire.clicks(button, {"words": "x"}).text
    assert "Write at least two letters" in claire.clicks(button).text
    assert "too long" in claire.clicks(button, {"words": "x" * 500}).text


def test_help_says_what_the_colours_mean(ana: Gmail) -> None:
    card = ana.shown(ana.post("/addon/help", ana.event()))
    assert card.title == "How this works"
    assert "Three quarters are used: answer these first." in card.text
