"""Every route, and who may open it: said here once more, so that a changed level is seen; and tried with everybody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from inboxsla.services import configuring, in_force
from inboxsla.storage import mailboxes, records
from inboxsla.storage.database import Database
from inboxsla.web.guards import Level, level_of
from tests.web.conftest import signed_in
from tests.web.shop import ADDRESS, Shop, minutes, pages, shop

SALES = "sales@lumenvelo.example"
AN_AGENT, A_LEAD, AN_ADMIN, THE_HOUSE, A_NEIGHBOUR = (
    f"{name}@lumenvelo.example" for name in ("agent", "lead", "admin", "house", "neighbour")
)
# By endpoint. What asks for nothing proves who it is in another way, or shows nothing of anybody.
LEVELS = {
    Level.PUBLIC: """static health.healthz health.readyz push.gmail mail_acts.show mail_acts.press
        addon.message addon.home addon.help_ addon.act addon.show addon.icon
        sign_in.ask sign_in.by_link sign_in_demo sign_in_google.begin sign_in_google.back start.reached""",
    Level.SIGNED_IN: """board.home board.dashboard board.settings board.tickets
        account.show account.left account.stay account.sign_out account.sign_out_everywhere
        preview.page preview.gallery preview.threads preview.thread preview.answer preview.message preview.move preview.write
        preview.persona preview.identity more.page mail_choices.page mail_choices.choose""",
    Level.AGENT: """board.ticket acts.ask acts.act mails.sent mails.mail mails.body mails.kept_aside
        mailboxes.listed mailboxes.foreseen""",
    Level.LEAD: "",
    Level.ADMIN: """mailboxes.before_live mailboxes.live mailboxes.before_disconnecting mailboxes.disconnect mailboxes.export""",
    Level.HOUSE: """mailboxes.connect mailboxes.connected mailboxes.stop mailboxes.resume""",
}  # fmt: skip
# Whom the level lets in; everybody else who is listed is told who can do it, and a neighbour finds nothing at all.
RANKS = (Level.AGENT, Level.LEAD, Level.ADMIN, Level.HOUSE)
CAN = {AN_AGENT: 0, A_LEAD: 1, AN_ADMIN: 2, THE_HOUSE: 3}


@pytest.fixture
def two(sqlite_database: Database, tmp_path: Path) -> Shop:
    """Two mailboxes: one with an agent, a lead and an admin, another with a neighbour; and an admin of both."""
    here: dict[str, Any] = {"mailboxes": [ADDRESS]}
    people = [
        {"address": AN_AGENT, "name": "Ana Agent", **here},
        {"address": A_LEAD, "name": "Lena Lead", "role": "lead", **here},
        {"address": AN_ADMIN, "name": "Adam Admin", "role": "admin", **here},
        {"address": A_NEIGHBOUR, "name": "Nora Next", "role": "agent", "mailboxes": [SALES]},
        {"address": THE_HOUSE, "name": "Hanna House", "role": "admin"},
    ]
    return shop(sqlite_database, tmp_path / "data", mailboxes=[{"address": ADDRESS}, {"address": SALES}], people=people)


def test_every_route_says_who_may_open_it_and_says_what_it_should(sqlite_database: Database, tmp_path: Path) -> None:
    app = pages(shop(sqlite_database, tmp_path / "data", demo=True))
    rules = list(app.url_map.iter_rules())
    # Settings are for whoever runs the house, unless this table says otherwise.
    wanted = {rule.endpoint: Level.HOUSE for rule in rules if rule.rule.startswith("/settings/")}
    wanted |= {endpoint: level for level, endpoints in LEVELS.items() for endpoint in endpoints.split()}

    said = {rule.endpoint: level_of(app.view_functions[rule.endpoint]) for rule in rules}

    silent = [endpoint for endpoint, level in said.items() if level is None]
    assert not silent, f"put @needs(Level.…) on these views (inboxsla/web/guards.py), then name them here: {silent}"
    differs = {name: (said.get(name), wanted.get(name)) for name in said | wanted if said.get(name) != wanted.get(name)}
    assert not differs, f"(what the view says, what this table says): {differs}"


def test_a_route_that_says_nothing_is_open_to_nobody(two: Shop, caplog: pytest.LogCaptureFixture) -> None:
    app = pages(two)
    app.add_url_rule("/forgotten", "forgotten", lambda: "everything")

    answer = signed_in(app.test_client(), two, THE_HOUSE).get("/forgotten")

    assert answer.status_code == 500
    assert "forgotten says nowhere who may open it" in caplog.text


def routes(app: Flask, two: Shop, ticket: int) -> list[tuple[str, str, Level, bool]]:
    """(method, path, level, whether it names a mailbox) of every route that asks who is there."""
    ids = {"mailbox_id": two.mailbox_id, "ticket_id": ticket, "mail_id": two.mails(ticket, AN_AGENT, "Due in 9 min")}
    configuring.save(two.ports, {**in_force.current(two.ports).body, "tags": ["late"]}, THE_HOUSE, None)
    others = {"number": 1}
    found = []
    for rule in app.url_map.iter_rules():
        level = level_of(app.view_functions[rule.endpoint])
        assert level is not None
        values = {name: (ids | others).get(name, "hold") for name in rule.arguments}
        path = app.url_map.bind("localhost").build(rule.endpoint, values)
        methods = sorted((rule.methods or set()) - {"OPTIONS", "HEAD"})
        found += [(each, path, level, bool(rule.arguments & ids.keys())) for each in methods]
    return [each for each in found if each[2] is not Level.PUBLIC]


def test_a_stranger_is_asked_to_sign_in_everywhere(two: Shop) -> None:
    app = pages(two)
    stranger, ticket = app.test_client(), two.asks("Refund missing", "Zofia Wiśniewska", ago=minutes(5))

    for method, path, _, _ in routes(app, two, ticket):
        answer = stranger.open(path, method=method)
        assert answer.status_code == 401, f"{method} {path} needs no session"
        assert "Zofia" not in answer.text
    assert stranger.get("/no-such-page").status_code == 401


def test_everybody_gets_as_far_as_their_role_and_no_further(two: Shop) -> None:
    app = pages(two)
    ticket = two.asks("Refund missing", "Zofia Wiśniewska", ago=minutes(5))
    browsers = {who: signed_in(app.test_client(), two, who) for who in (*CAN, A_NEIGHBOUR)}

    for method, path, level, names_a_mailbox in routes(app, two, ticket):
        for who, browser in browsers.items():
            if path.startswith("/account/sign-out"):
                continue
            expected = outcome(who, level, names_a_mailbox)
            assert reached(browser, method, path, names_a_mailbox) == expected, f"{method} {path} as {who}"


def outcome(who: str, level: Level, names_a_mailbox: bool) -> str:
    if level is Level.SIGNED_IN:
        return "in"
    if who == A_NEIGHBOUR and names_a_mailbox:
        return "missing"
    may = CAN.get(who, 0) >= RANKS.index(level)
    return "in" if may else "told who can"


def reached(browser: FlaskClient, method: str, path: str, names_a_mailbox: bool) -> str:
    """How far a request gets. One that changes something stops at its form, which nobody made, and one that says in its query
    what it is about stops where that is not said: behind the question of who it is.
    """
    answer = browser.open(path, method=method)
    assert answer.status_code != 500, f"{method} {path}"
    if answer.status_code == 403:
        assert "Nothing was changed. Who can do it: " in answer.text
        assert "Hanna House" in answer.text
        return "told who can"
    if method != "GET":
        return "in" if answer.status_code == 400 else "missing"
    return "missing" if answer.status_code == 404 and names_a_mailbox else "in"


def test_who_may_do_it_is_named_with_the_higher_roles(two: Shop) -> None:
    answer = signed_in(pages(two).test_client(), two, A_LEAD).get(f"/settings/mailboxes/{two.mailbox_id}/live")

    assert answer.status_code == 403
    assert "This is for admins of the mailbox" in answer.text
    assert "Who can do it: Adam Admin, Hanna House." in answer.text


def test_nobody_sees_anything_of_a_mailbox_that_is_not_theirs(two: Shop) -> None:
    ticket = two.asks("Refund missing", "Zofia Wiśniewska", ago=minutes(5))
    mail = two.mails(ticket, AN_AGENT, "Due in 9 min: Refund missing")
    with two.ports.db.write() as conn:
        records.keep_aside(conn, two.mailbox_id, "odd", "its date cannot be read", two.clock.at)
        records.alarm(conn, "odd", f"{ADDRESS} is not read.", two.clock.at, two.mailbox_id)
    app = pages(two)
    neighbour, agent = (signed_in(app.test_client(), two, who) for who in (A_NEIGHBOUR, AN_AGENT))
    lists = (
        "/tickets",
        f"/tickets?mailbox={two.mailbox_id}",
        "/tickets?show=all",
        "/mail",
        "/kept-aside",
        "/settings/mailboxes",
    )

    for path in lists:
        text = neighbour.get(path).text
        assert "Refund" not in text, path
        assert "support@" not in text, path
        assert "support@" in agent.get(path).text or "Refund" in agent.get(path).text, path
    for path in (f"/tickets/{ticket}", f"/tickets/{ticket}/hold", f"/mail/{mail}", f"/mail/{mail}/body"):
        assert neighbour.get(path).status_code == 404, path
        assert agent.get(path).status_code == 200, path


def test_what_is_on_nobodys_list_is_for_those_who_run_the_house(two: Shop) -> None:
    with two.ports.db.write() as conn:
        file = mailboxes.ensure(conn, "import", "old@lumenvelo.example", aliases=(), own_lists=())
        mailboxes.change(conn, file.id, as_of=two.clock.at)
    app = pages(two)

    assert "old@lumenvelo.example" in signed_in(app.test_client(), two, THE_HOUSE).get("/tickets").text
    assert "old@lumenvelo.example" not in signed_in(app.test_client(), two, AN_ADMIN).get("/tickets").text


def test_what_an_agent_may_not_do_with_mailboxes_is_not_offered(two: Shop) -> None:
    app = pages(two)
    agent, house = (
        signed_in(app.test_client(), two, who).get("/settings/mailboxes").text for who in (AN_AGENT, THE_HOUSE)
    )

    for offer in ("Connect mailbox", "Stop them now", "Disconnect"):
        assert offer not in agent
    for offer in ("Connect mailbox", "Stop them now"):
        assert offer in house
