"""The change log on its page and as files: who, when, from what to what; nothing secret, nothing that runs."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from inboxsla.services import changes, configuring, in_force
from inboxsla.storage import records
from tests.web.reading import page, words
from tests.web.shop import ANA, CLAIRE, TUESDAY, Shop

PAGE = "/settings/changes"
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def log(lumen: Shop, what: str, actor: str = ANA, before: object = None, after: object = None, days: int = 0) -> None:
    with lumen.ports.db.write() as conn:
        records.log(conn, actor, what, TUESDAY + timedelta(days=days), before, after)


def lines(browser: FlaskClient, address: str = PAGE) -> list[str]:
    return [words(row) for row in page(browser, address).select(".log tbody tr")]


def saves(lumen: Shop, actor: str = CLAIRE, **sections: object) -> None:
    configuring.save(lumen.ports, {**in_force.current(lumen.ports).body, **sections}, actor, None)


def test_a_saved_configuration_is_told_in_words_with_who_and_when_and_the_zone(
    lumen: Shop, claire: FlaskClient
) -> None:
    saves(lumen, hold_reasons=["supplier"])
    saves(lumen, hold_reasons=["supplier", "parts"], privacy={"keep_text": "30 days"})

    newest = lines(claire)[0]

    assert "Configuration 2 saved" in newest
    assert CLAIRE in newest
    assert "hold reasons: + parts" in newest
    assert "privacy: keep text: 90 days → 30 days" in newest
    assert "CET" in newest
    assert "Europe/Berlin" in words(page(claire, PAGE))


def test_it_is_filtered_by_person_kind_and_day(lumen: Shop, claire: FlaskClient) -> None:
    log(lumen, "mailbox a@x.example made live", ANA, {"mode": "observed"}, {"mode": "live"})
    log(lumen, "sending account b@x.example connected", CLAIRE, days=3)

    assert len(lines(claire, f"{PAGE}?who={CLAIRE}&kind=ways")) == 1
    found = lines(claire, f"{PAGE}?kind=mailboxes&who={ANA}")
    assert len(found) == 1
    assert "mode: observed → live" in found[0]
    day = (TUESDAY + timedelta(days=3)).date().isoformat()
    assert [("Sending account" in line) for line in lines(claire, f"{PAGE}?from={day}&to={day}&kind=ways")] == [True]
    nothing = page(claire, f"{PAGE}?who=nobody@x.example")
    assert "No change fits" in words(nothing)


def test_a_day_that_is_none_is_said_at_its_field(claire: FlaskClient) -> None:
    found = page(claire, f"{PAGE}?from=32+May&to=")
    assert "is no day we know" in words(found.select_one("#f-from-wrong"))


def test_long_logs_come_in_pages_that_lead_to_one_another(lumen: Shop, claire: FlaskClient) -> None:
    for number in range(changes.PAGE * 2 + 10):
        log(lumen, f"mailbox number {number}")
    first = page(claire, f"{PAGE}?kind=mailboxes&who={ANA}")
    older = str(first.select(".log-pages a")[-1]["href"])
    second = page(claire, older)
    third = page(claire, str(second.select(".log-pages a")[-1]["href"]))

    counted = [len(each.select(".log tbody tr")) for each in (first, second, third)]
    assert counted == [changes.PAGE, changes.PAGE, 10]
    back = page(claire, str(third.select(".log-pages a")[0]["href"]))
    assert [words(row) for row in back.select(".log tbody tr")] == [
        words(row) for row in second.select(".log tbody tr")
    ]
    assert [link.get_text() for link in first.select(".log-pages a")] == ["Older"]


def test_hostile_words_are_shown_and_never_obeyed(lumen: Shop, claire: FlaskClient) -> None:
    log(lumen, f"mailbox {SCRIPT}", SCRIPT, {SCRIPT: SCRIPT}, {SCRIPT: "x"})
    found = page(claire, PAGE)
    assert not found.select("script:not([src]), img[onerror]")
    assert SCRIPT in words(found)


def test_the_csv_holds_every_entry_and_no_formula(lumen: Shop, claire: FlaskClient) -> None:
    log(lumen, '=HYPERLINK("http://evil")', "@SUM(1)", {"a": "1"}, {"a": "+2\nline"})
    answer = claire.get(f"{PAGE}/changes.csv?who=%40SUM(1)")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="changes.csv"'
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == 2
    assert rows[1][2:] == ["'@SUM(1)", '\'=HYPERLINK("http://evil")', "a: 1 → +2\nline"]
    assert rows[1][1].endswith("Z")


def test_the_json_lines_hold_the_data_as_it_was_kept_and_nothing_secret(lumen: Shop, claire: FlaskClient) -> None:
    log(
        lumen,
        "mailbox x connected",
        ANA,
        None,
        {"scopes": ["read"], "refresh_token": "s3cret", "deep": [{"password": "p"}]},
    )
    told = [json.loads(line) for line in claire.get(f"{PAGE}/changes.jsonl?who={ANA}").text.splitlines()]

    assert told[0]["after"] == {"scopes": ["read"], "refresh_token": "hidden", "deep": [{"password": "hidden"}]}
    assert told[0]["at"].endswith("Z")
    assert "s3cret" not in words(page(claire, PAGE))


def test_what_is_wrong_in_the_address_is_no_error(claire: FlaskClient) -> None:
    for asked in ("before=x", "before=99999999999999", "kind=nothing", "to=2026-99-99", "who=%00"):
        assert claire.get(f"{PAGE}?{asked}").status_code == 200, asked


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/changes.csv", f"{PAGE}/changes.jsonl"])
def test_strangers_see_nothing_of_it(stranger: FlaskClient, path: str) -> None:
    assert stranger.get(path).status_code in (302, 303, 401, 403)


def test_an_entry_of_before_there_were_words_is_told_by_what_was_written_down(lumen: Shop, claire: FlaskClient) -> None:
    log(lumen, "configuration 99 saved", ANA, {"hold_reasons": ["a"]}, {"hold_reasons": ["a", "b"]})
    assert "hold reasons: a → a, b" in lines(claire, f"{PAGE}?who={ANA}")[0]


def test_every_list_says_what_to_do_while_it_is_empty(lumen: Shop, claire: FlaskClient) -> None:
    with lumen.ports.db.write() as conn:
        conn.exec_driver_sql("DELETE FROM audit")
    assert "Nothing was changed yet." in words(BeautifulSoup(claire.get(PAGE).text, "lxml"))
