"""An observed mailbox is read, and nothing else; what would have happened is said on its page, on tickets and in the report."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from inboxsla import listing
from inboxsla.domain.speech import English
from inboxsla.errors import Missing
from inboxsla.services import auditing, foreseen, queries, setup
from inboxsla.storage.database import Database
from tests.builders import ANA, SUPPORT, Desk, a_desk

SAY = English("Europe/Berlin")


@pytest.fixture
def observed(database: Database) -> Iterator[Desk]:
    """A mailbox that is observed, with a ticket of Ana's that ran through its whole promise."""
    with a_desk(database, live=False) as desk:
        thread = desk.writes().thread_id
        desk.catch_up()
        desk.owned_by(thread, ANA)
        for hours in (3, 0.6, 0.5):
            desk.later(hours=hours)
        yield desk


def test_nothing_is_written_to_gmail_and_nobody_is_mailed(observed: Desk) -> None:
    thread = observed.board().tickets[0].thread_id
    with observed.calls() as asked:
        observed.answers(thread)
        observed.later(hours=9)
    assert not {name for name in asked if not name.endswith((".list", ".get", ".getProfile"))}, dict(asked)
    assert (observed.mailed(), observed.envelopes()) == ([], [])
    assert not any(observed.outbox().values())


def test_its_page_lists_each_step_with_what_it_would_have_done(observed: Desk) -> None:
    page = foreseen.foreseen(observed.ports, observed.id, SAY)
    assert page.is_observed
    assert [(step.would, step.because, step.owner) for step in page.steps] == [
        (
            "the owner is told, the lead is told, the ticket goes to somebody else",
            "100 % of first response",
            "Ana Ruiz",
        ),
        ("the owner is reminded", "90 % of first response", "Ana Ruiz"),
        ("the owner is reminded", "75 % of first response", "Ana Ruiz"),
    ]
    assert page.labels == {"SLA/Overdue": 1}
    with pytest.raises(Missing):
        foreseen.foreseen(observed.ports, 99, SAY)


def test_the_ticket_says_so_as_well(observed: Desk) -> None:
    page = queries.ticket(observed.ports, observed.board().tickets[0].id, SAY)
    assert page.label == "SLA/Overdue"
    said = [line.so for line in page.happened if line.what == "Would have happened, were the mailbox live"]
    assert said[-1] == "the owner is reminded; 75 % of first response"


def test_the_report_adds_it_up_until_the_mailbox_is_live(observed: Desk) -> None:
    text = listing.audit_text(auditing.audits(observed.ports, SUPPORT), SAY)
    assert "Observed        nothing was written to Gmail and nobody was mailed" in text
    assert "2 × remind the owner; 1 × tell the owner; 1 × tell the lead; 1 × hand over" in text
    assert "labels now: SLA/Overdue on 1" in text
    (data,) = json.loads(listing.audit_json(auditing.audits(observed.ports, SUPPORT)))
    assert data["would_have_happened"]["acts"]["remind_owner"] == 2
    setup.live(observed.ports, SUPPORT, "Claire")
    assert auditing.audits(observed.ports, SUPPORT)[0].foreseen is None
    assert "If it were live" not in listing.audit_text(auditing.audits(observed.ports, SUPPORT), SAY)
