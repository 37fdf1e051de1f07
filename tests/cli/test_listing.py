"""What the command line prints: for people at any width, for programs, and safe in every terminal."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from inboxsla import listing
from inboxsla.listing import words
from inboxsla.services import checkup, configuring, in_force, queries
from inboxsla.services.ports import Ports
from inboxsla.storage.database import Database
from tests.cli.story import STORY
from tests.services.mailbox_files import ANA, KOFI, MAYA, SUPPORT, Mail, imported, ports, written
from tests.web.shop import minutes, shop

EVIL = "[red]Sale[/] \x1b[2J\x1b]0;owned\x07 \x9b31m \u202eexe.pdf\u2066 \u2028next {x} %s"


def hostile_characters(text: str) -> set[str]:
    return {c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")}


def test_json_lists_every_ticket_with_what_programs_need(full: Ports) -> None:
    found = json.loads(listing.as_json(queries.board(full, show="all")))
    assert len(found) == 3
    parcel = next(each for each in found if "parcel" in each["subject"])
    assert (
        parcel.items()
        >= {
            "requester": MAYA,
            "owner": None,
            "status": "open",
            "priority": "normal",
            "urgency": "overdue",
            "next_due": "2026-06-01T15:00:00Z",
            "breached": True,
            "waiting_since": "2026-06-01T11:00:00Z",
            "mailbox": SUPPORT,
        }.items()
    )
    assert {"id", "thread_id", "time_left"} <= parcel.keys()
    lamp = next(each for each in found if "Lamp" in each["subject"])
    assert (lamp["owner"], lamp["status"], lamp["next_due"]) == (ANA, "waiting_on_customer", None)


def test_json_of_nothing_is_an_empty_list(port: Ports) -> None:
    assert json.loads(listing.as_json(queries.board(port))) == []


def test_json_keeps_every_subject_and_is_safe_to_look_at(port: Ports, tmp_path: Path) -> None:
    imported(port, written(tmp_path / "evil.mbox", Mail("1", subject="Grüße \x9b31m und \u200fmehr")))
    text = listing.as_json(queries.board(port))
    assert text.isascii()
    assert "Grüße" in json.loads(text)[0]["subject"]


def test_the_table_has_one_line_for_each_ticket_when_piped(full: Ports) -> None:
    lines = listing.as_table(queries.board(full, show="all")).splitlines()
    assert len(lines) == 4
    assert lines[0].split()[:3] == ["#", "Ticket", "From"]
    assert any("Where is my parcel?" in line and "nobody" in line and "Overdue" in line for line in lines)
    assert any("[red]Sale[/] {x} %s" in line and "Eve [bold]" in line for line in lines), "as written, not as markup"
    assert "\x1b" not in "".join(lines)


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 139, 140, 200])
def test_the_table_fits_the_width_it_is_given(full: Ports, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = listing.as_table(queries.board(full, show="all")).splitlines()
    assert max(cell_len(line) for line in lines) <= columns
    assert all("Overdue" in line or "Low" in line or "Paused" in line for line in lines[1:]), "urgency is never cut"
    assert [line.split()[0].isdecimal() for line in lines[1:]] == [True] * 3, "a number that is cut names no ticket"


@pytest.mark.parametrize("columns", [40, 71, 72, 100, 140, 179, 180, 400])
def test_mailboxes_are_told_apart_where_there_are_several(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    lumen = shop(sqlite_database, tmp_path)
    lumen.asks("Order 1182", "Zofia Wiśniewska", ago=minutes(5))
    full = lumen.ports
    imported(full, written(tmp_path / "story.mbox", *STORY), mailbox="old@lumenvelo.example")
    monkeypatch.setenv("COLUMNS", str(columns))
    board = queries.board(full, show="all", imported=True)
    head, first, *others = listing.as_table(board).splitlines()
    assert cell_len(max(head, first, *others, key=cell_len)) <= columns
    assert ("Mailbox" in head) is (columns >= 72)
    if columns >= 72:
        assert ("support@lumenvelo.example" if columns >= 180 else "support") in first
        assert all("(imported)" in line for line in others)
    assert "Mailbox" not in listing.as_table(queries.board(full))
    assert json.loads(listing.as_json(board))[0]["subject"] == "Order 1182"


@pytest.mark.parametrize(
    ("screen", "colours"),
    [({}, True), ({"NO_COLOR": "1"}, False)],
    ids=["a terminal", "a terminal without colours"],
)
def test_a_terminal_gets_colours_unless_it_wants_none(
    full: Ports, monkeypatch: pytest.MonkeyPatch, screen: dict[str, str], colours: bool
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in screen.items():
        monkeypatch.setenv(name, value)
    text = listing.as_table(queries.board(full, show="all"))
    assert bool(re.search(r"\x1b\[[0-9;]*3[0-9]m", text)) is colours


def test_an_empty_board_says_what_to_do(port: Ports, full: Ports) -> None:
    assert "there are 3 in all (--show all)" in listing.as_table(queries.board(full, show="solved"))


def test_without_any_mailbox_the_board_names_the_import(port: Ports) -> None:
    assert "inboxsla import" in listing.as_table(queries.board(port))


def test_a_ticket_shows_its_promises_and_what_happened(full: Ports) -> None:
    say = listing.speech(in_force.zone(full))
    tickets = {view.subject: view.id for view in queries.board(full, show="all").tickets}
    text = listing.one(queries.ticket(full, tickets["Lamp flickers"], say), say, why=False)
    assert text.startswith(f"#{tickets['Lamp flickers']}  Lamp flickers\n")
    assert "Kofi Mensah <kofi@customer.example>" in text
    assert "First response: answered in 1 h, 3 h to spare (Mon 1 Jun 2026 10:00 UTC)" in text
    assert "Resolution: Paused" in text
    assert "Ana Ruiz wrote (first response answered)" in text
    assert "“It flickers in the rain.”" in text
    assert "of opening hours" not in text


def test_why_explains_a_due_time_span_by_span(full: Ports) -> None:
    say = listing.speech(in_force.zone(full))
    tickets = {view.subject: view.id for view in queries.board(full, show="all").tickets}
    text = listing.one(queries.ticket(full, tickets["Where is my parcel?"], say), say, why=True)
    assert "4 h of opening hours, from Mon 1 Jun 2026 11:00 UTC" in text
    assert "Mon 1 Jun 2026 17:00 UTC to Tue 2 Jun 2026 09:00 UTC  closed" in text
    assert "due Mon 1 Jun 2026 15:00 UTC" in text
    shown = queries.ticket(full, tickets["Where is my parcel?"], say)
    always = tuple(replace(clock, always_open=True, why=()) for clock in shown.view.clocks)
    around = replace(shown, view=replace(shown.view, clocks=always))
    assert "4 h around the clock, from Mon" in listing.one(around, say, why=True)


@pytest.fixture
def in_berlin(sqlite_database: Database, tmp_path: Path) -> Ports:
    port = ports(sqlite_database, tmp_path, demo=True, calendar={"zone": "Europe/Berlin"})
    imported(port, written(tmp_path / "story.mbox", *STORY))
    return port


def test_every_output_speaks_in_the_zone_of_the_team(in_berlin: Ports, tmp_path: Path) -> None:
    read = listing.imported(*imported(in_berlin, written(tmp_path / "more.mbox", STORY[0])), in_berlin.settings)
    assert "newest message, Fri 5 Jun 2026 05:00 CEST" in read
    assert "  judged by: Default, version 1\n    in opening hours from Monday to Friday, 09:00 to 17:00 in" in read
    assert "17:00 in Europe/Berlin, because no config.toml names yours" in read
    board = queries.board(in_berlin, show="all")
    table = listing.as_table(board)
    for ticket in json.loads(listing.as_json(board)):
        assert ticket["time_left"] in table
        assert "UTC" not in ticket["time_left"]
    health = [line.words for line in checkup.found(in_berlin)]
    assert "support@lumenvelo.example (imported) was read from a file, as it stood 5 Jun 2026 05:00 CEST." in health


def test_the_list_says_the_dates_of_what_was_read_from_a_file(full: Ports) -> None:
    left = [ticket["time_left"] for ticket in json.loads(listing.as_json(queries.board(full)))]
    assert any("was due 1 Jun 2026 15:00 UTC" in each for each in left)


def test_why_says_lengths_that_add_up_to_the_promise(port: Ports, tmp_path: Path) -> None:
    answer = Mail("2", ANA, KOFI, 1 + 10 / 3600, "Re: Lamp flickers", answers="1")
    imported(port, written(tmp_path / "seconds.mbox", Mail("1", subject="Lamp flickers"), answer))
    say, (view,) = listing.speech(in_force.zone(port)), queries.board(port).tickets
    text = listing.one(queries.ticket(port, view.id, say), say, why=True)
    assert "First response: answered in 1 h 1 min, 2 h 59 min to spare" in text
    first = text[text.index("First response:") :]
    assert re.findall(r"  (counted|to spare|still to come) (.*)", first)[:2] == [
        ("counted", "1 h 1 min"),
        ("to spare", "2 h 59 min"),
    ]


@given(text=st.text())
def test_plain_text_is_one_line_that_no_terminal_obeys(text: str) -> None:
    shown = words.plain(text + EVIL)
    assert "\n" not in shown
    assert hostile_characters(shown) <= {"\u200c", "\u200d"}
    assert words.plain(shown) == shown


@given(text=st.text(), limit=st.integers(1, 20))
def test_plain_text_is_cut_where_it_is_asked_to(text: str, limit: int) -> None:
    assert len(words.plain(text, limit)) <= limit


@pytest.fixture
def evil(port: Ports, tmp_path: Path) -> Ports:
    imported(
        port, written(tmp_path / "evil.mbox", Mail("1", subject=EVIL.replace("\n", ""), name="E\x1bve", body=EVIL))
    )
    return port


def test_hostile_mail_reaches_no_terminal(evil: Ports) -> None:
    say, board = listing.speech(in_force.zone(evil)), queries.board(evil)
    page = queries.ticket(evil, board.tickets[0].id, say)
    for text in (listing.as_table(board), listing.one(page, say, why=True)):
        assert not hostile_characters(text)


def test_a_saved_configuration_moves_every_output_to_its_zone(full: Ports) -> None:
    text = configuring.export(full).replace('zone = "UTC"', 'zone = "America/New_York"')
    configuring.import_(full, text, "the tests", open_too=False)

    assert {queries.board(full).zone, in_force.zone(full)} == {"America/New_York"}
    assert "4 Jun 2026 23:00 EDT" in "\n".join(line.words for line in checkup.found(full))
