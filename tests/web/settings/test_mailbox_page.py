"""The page of one mailbox: its policy and team, its addresses and groups, and how it stands."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from inboxsla.services import configuring, in_force, setup
from inboxsla.storage import mailboxes
from inboxsla.storage.mailboxes import MailboxRow
from tests.web.reading import page, words
from tests.web.settings.filling import fields, send, send_again
from tests.web.shop import ADDRESS, Shop, minutes


def path(lumen: Shop) -> str:
    return f"/settings/mailboxes/{lumen.mailbox_id}"


def row(lumen: Shop) -> MailboxRow:
    with lumen.ports.db.read() as conn:
        return mailboxes.get(conn, lumen.mailbox_id)


def wrong(answer: Any, field: str) -> str:
    return words(BeautifulSoup(answer.text, "lxml").select_one(f"#f-{field}-wrong"))


def a_second_policy(lumen: Shop) -> None:
    body = in_force.current(lumen.ports).body
    fast = {**body["policies"][0], "name": "Fast"}
    configuring.save(lumen.ports, {**body, "policies": [*body["policies"], fast]}, "claire", None)


def test_policy_team_addresses_and_groups_are_seen_saved_and_in_use_at_once(lumen: Shop, claire: FlaskClient) -> None:
    a_second_policy(lumen)
    lumen.asks("Lamp", "Zofia", ago=minutes(5))
    chosen = {
        "policy": "Fast",
        "team": "",
        "aliases": "Help@Shop.example\r\nsales@shop.example",
        "own_lists": "<L.shop.example>",
    }

    seen = send(claire, path(lumen), **chosen)
    assert seen.status_code == 200, "what it would change is shown first"
    effect = words(BeautifulSoup(seen.text, "lxml").select_one("#effect"))
    assert "policy: not set → Fast" in effect
    assert "New tickets and the 1 open one" in effect
    assert row(lumen).policy_name == "Standard support"
    assert send_again(claire, path(lumen), seen).status_code == 303

    kept = row(lumen)
    assert (kept.policy_name, kept.aliases, kept.own_lists) == (
        "Fast",
        ("help@shop.example", "sales@shop.example"),
        ("l.shop.example",),
    )
    document = in_force.current(lumen.ports).document
    assert document.team_of(ADDRESS) == ""
    setup.prepare(lumen.ports)
    assert row(lumen).aliases == kept.aliases, "config.toml was the beginning only"


def test_what_is_no_address_is_told_at_its_field(lumen: Shop, claire: FlaskClient) -> None:
    answer = send(claire, path(lumen), aliases="help@shop.example\nnonsense", own_lists="two words", policy="Nobody's")

    assert answer.status_code == 422
    assert "“nonsense” is not a mail address" in wrong(answer, "aliases")
    assert "is not the id of a list" in wrong(answer, "own_lists")
    assert fields(BeautifulSoup(answer.text, "lxml"))["aliases"] == ["help@shop.example\nnonsense"]
    assert "is not one of the policies" in answer.text
    assert row(lumen).aliases == ()


def test_how_it_stands_is_told_beside_it(lumen: Shop, claire: FlaskClient) -> None:
    told = words(page(claire, path(lumen)).select_one(".health"))
    assert "is not connected: nothing of it is read" in told
    assert "3 people work here" in told

    with lumen.ports.db.write() as conn:
        mailboxes.change(conn, lumen.mailbox_id, last_sync_at=lumen.clock.at)
    assert "read last" in words(page(claire, path(lumen)).select_one(".health"))
    assert f"{path(lumen)}/tickets.jsonl" in claire.get(path(lumen)).text


def test_hostile_text_of_gmail_is_text(lumen: Shop, claire: FlaskClient) -> None:
    with lumen.ports.db.write() as conn:
        mailboxes.change(conn, lumen.mailbox_id, sync_error="<script>alert(1)</script>", last_sync_at=lumen.clock.at)

    assert "<script>alert" not in claire.get(path(lumen)).text


def test_the_list_leads_to_each_and_what_is_not_there_is_not_found(lumen: Shop, claire: FlaskClient) -> None:
    assert page(claire, "/settings/mailboxes").select_one(f'a[href="{path(lumen)}"]') is not None
    assert claire.get("/settings/mailboxes/4711").status_code == 404
