"""The simulated mailbox as another program's page sees it."""

from __future__ import annotations

from typing import Any

import pytest

from inboxsla.errors import Missing, Refused, TryLater
from inboxsla.gmail.simulated import SimulatedMailbox
from inboxsla.gmail.simulator import SimulatorServer, Store
from inboxsla.gmail.simulator.reading import thread
from inboxsla.gmail.simulator.stories.board import look

from .conftest import ANA, SUPPORT, arrives


@pytest.fixture
def box(gmail: SimulatorServer) -> SimulatedMailbox:
    return SimulatedMailbox(gmail.url, SUPPORT)


def said(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(each["name"], each["agent"], each["text"]) for each in found["messages"]]


def test_a_conversation_is_seen_answered_and_put_away(store: Store, box: SimulatedMailbox) -> None:
    placed = arrives(store)
    assert [(row["subject"], row["unread"]) for row in box.threads("inbox")] == [
        ("Refund for order 1182 still missing", True)
    ]

    box.read(placed.thread_id)
    box.answer(placed.thread_id, ANA, "Ana Ruiz", "It is on its way.")
    box.write_back(placed.thread_id, "Thank you!")

    assert said(box.thread(placed.thread_id)) == [
        ("Zofia Wiśniewska", "", "Where is my refund?"),
        (SUPPORT, "Ana Ruiz", "It is on its way."),
        ("Zofia Wiśniewska", "", "Thank you!"),
    ]
    assert [row["thread_id"] for row in box.threads("sent")] == [placed.thread_id]
    box.archive(placed.thread_id)
    assert (box.threads("inbox"), box.thread(placed.thread_id)["in_inbox"]) == ([], False)
    box.restore(placed.thread_id)
    assert [row["unread"] for row in box.threads("inbox")] == [True], "the customer's second mail is new"


def test_labels_come_with_their_colours(store: Store, box: SimulatedMailbox, users: Any) -> None:
    placed = arrives(store)
    colour = {"backgroundColor": "#cc3a21", "textColor": "#ffffff"}
    label = users.labels().create(userId="me", body={"name": "SLA/Overdue", "color": colour}).execute()
    store.relabel(SUPPORT, placed.thread_id, add=(label["id"],))

    [row] = box.threads("inbox")

    assert [(chip["name"], chip["background"], chip["text"]) for chip in row["chips"]] == [
        ("SLA/Overdue", "#cc3a21", "#ffffff")
    ]


def test_a_visitor_writes_in_and_the_story_leaves_the_thread_to_them(store: Store, box: SimulatedMailbox) -> None:
    thread_id = box.write("ada@visitor.example", "Ada", "Lost parcel", "Where is it?")

    assert [message.facts.subject for message in thread(store, SUPPORT, thread_id)] == ["Lost parcel"]
    assert [each.by_visitor for each in look(store, SUPPORT)] == [True]


def test_what_the_mailbox_does_not_take_is_said(store: Store, box: SimulatedMailbox) -> None:
    placed = arrives(store)
    with pytest.raises(Refused, match="A mail needs an address"):
        box.write("nobody", "", "Lost parcel", "Where is it?")
    with pytest.raises(Refused, match="there is no text"):
        box.answer(placed.thread_id, ANA, "Ana Ruiz", "  ")
    with pytest.raises(Missing):
        box.thread("18f2c")


def test_a_mailbox_that_is_away_is_waited_for() -> None:
    with SimulatorServer(Store(":memory:")) as server:
        gone = SimulatedMailbox(server.url, SUPPORT)
    with pytest.raises(TryLater):
        gone.threads("inbox")
