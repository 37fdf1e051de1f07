"""What stands beside a ticket: what decided about it, in which zone it is told, and what was not seen of it."""

from __future__ import annotations

from flask.testing import FlaskClient

from inboxsla.domain.timeline import Kind
from inboxsla.services import configuring
from inboxsla.storage import blind_spans, mailboxes
from tests.web.reading import page, words
from tests.web.shop import ADDRESS, CLAIRE, Shop, minutes


def test_which_rule_decided_and_why_stands_beside_the_policy_and_is_text(lumen: Shop, claire: FlaskClient) -> None:
    ticket = lumen.asks("<b>Outage</b>", "Zofia Wiśniewska", ago=minutes(50))
    policy_id = lumen.policy_of(ticket)
    why = "Rule “Outages” matched: the subject contains “<b>Outage</b>”."
    lumen.happens(
        ticket, Kind.POLICY_SET, {"policy": policy_id, "name": "X", "version": 1, "rule": "Outages", "why": why}
    )
    lumen.happens(ticket, Kind.TAGGED, {"add": ["multi-touch", "<i>odd</i>"], "remove": []})

    found = page(claire, f"/tickets/{ticket}")

    facts = [words(one) for one in found.select(".facts dl > div")]
    assert "Rule Outages" in facts
    assert "Tags <i>odd</i>, multi-touch" in facts
    assert words(found.select_one(".why .policy")) == f"Policy “Standard support”, version 1. {why}"
    assert not found.select(".facts i, .why b b")


def test_a_saved_configuration_says_in_which_zone_and_hours_a_ticket_is_told(lumen: Shop, claire: FlaskClient) -> None:
    ticket = lumen.asks("Lamp flickers", "Zofia Wiśniewska", ago=minutes(10))
    before = page(claire, f"/tickets/{ticket}")
    assert "Times shown in Berlin" in words(before.select_one(".facts"))

    text = configuring.export(lumen.ports).replace("Europe/Berlin", "America/New_York")
    configuring.import_(lumen.ports, text, CLAIRE, open_too=False)

    after = page(claire, f"/tickets/{ticket}")
    assert "Times shown in New York (EST)" in words(after.select_one(".facts"))
    assert "counted around the clock" in words(after.select_one(".why"))


def test_what_was_not_seen_is_said_on_the_ticket_and_on_the_board(lumen: Shop, claire: FlaskClient) -> None:
    ticket = lumen.asks("Refund missing", "Zofia Wiśniewska", ago=minutes(50))
    begun = lumen.clock.at - minutes(30)
    with lumen.ports.db.write() as conn:
        mailboxes.change(conn, lumen.mailbox_id, last_sync_begun_at=begun, last_sync_at=begun)

    assert "InboxSLA has not seen this mailbox since 10:18 CET." in words(page(claire, f"/tickets/{ticket}"))
    assert f"{ADDRESS} · Not seen since 10:18 CET." in words(page(claire, "/tickets"))

    with lumen.ports.db.write() as conn:
        mailboxes.change(conn, lumen.mailbox_id, last_sync_begun_at=lumen.clock.at, last_sync_at=lumen.clock.at)
        blind_spans.add(conn, lumen.mailbox_id, begun, lumen.clock.at)

    assert "did not see this mailbox from 10:18 CET to 10:48 CET" in words(page(claire, f"/tickets/{ticket}"))
    assert "Not seen since" not in words(page(claire, "/tickets"))
