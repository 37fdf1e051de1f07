"""The history that a mailbox's cursor walks along."""

from __future__ import annotations

from typing import Any

import pytest
from googleapiclient.errors import HttpError
from hypothesis import given, settings
from hypothesis import strategies as st

from inboxsla.gmail.simulator import Fault, SimulatorServer, Store, create_app
from inboxsla.gmail.simulator.context import Simulator

from .conftest import ANA, SUPPORT, arrives, everything
from .discovery import fits


def test_nothing_new_means_no_history_key(store: Store, users: Any) -> None:
    arrives(store)
    now = users.getProfile(userId="me").execute()["historyId"]

    answer = users.history().list(userId="me", startHistoryId=now).execute()

    fits(answer, "ListHistoryResponse")
    assert answer == {"historyId": now}


def test_every_kind_of_change_leaves_its_record_in_order(store: Store, users: Any) -> None:
    start = str(store.history_id(SUPPORT))
    first = arrives(store)
    reply = store.reply_as(SUPPORT, first.thread_id, ANA, "On its way.")
    store.archive(SUPPORT, first.thread_id)
    store.restore(SUPPORT, first.thread_id)
    store.delete(SUPPORT, reply.message_id)

    answer = users.history().list(userId="me", startHistoryId=start).execute()

    fits(answer, "ListHistoryResponse")
    added, sent, archived, restored, deleted = answer["history"]
    assert added["messagesAdded"][0]["message"] == {
        "id": first.message_id,
        "threadId": first.thread_id,
        "labelIds": ["INBOX", "UNREAD"],
    }
    assert sent["messagesAdded"][0]["message"]["labelIds"] == ["SENT"]
    assert archived["labelsRemoved"][0]["labelIds"] == ["INBOX"]
    assert {entry["message"]["id"] for entry in restored["labelsAdded"]} == {first.message_id, reply.message_id}
    assert deleted["messagesDeleted"] == [{"message": {"id": reply.message_id, "threadId": first.thread_id}}]
    ids = [int(record["id"]) for record in answer["history"]]
    assert ids == sorted(set(ids))


def test_one_change_of_labels_may_add_and_remove_in_one_record(store: Store, users: Any) -> None:
    thread = arrives(store).thread_id
    start = str(store.history_id(SUPPORT))

    users.threads().modify(
        userId="me", id=thread, body={"addLabelIds": ["STARRED"], "removeLabelIds": ["UNREAD"]}
    ).execute()

    [record] = everything(users, start)
    assert (record["labelsAdded"][0]["labelIds"], record["labelsRemoved"][0]["labelIds"]) == (["STARRED"], ["UNREAD"])


def test_each_autosave_of_a_draft_deletes_one_message_and_adds_another(store: Store, users: Any) -> None:
    thread = arrives(store).thread_id
    first = store.autosave_draft(SUPPORT, "Dear", thread_id=thread)
    start = str(store.history_id(SUPPORT))

    second = store.autosave_draft(SUPPORT, "Dear Zofia", previous=first.message_id)

    [record] = everything(users, start)
    assert record["messagesDeleted"][0]["message"]["id"] == first.message_id
    assert record["messagesAdded"][0]["message"] == {"id": second.message_id, "threadId": thread, "labelIds": ["DRAFT"]}


@pytest.mark.parametrize("how", ["expired", "future"])
def test_a_cursor_gmail_does_not_have_is_a_404(store: Store, users: Any, how: str) -> None:
    cursor = store.history_id(SUPPORT)
    arrives(store)
    if how == "expired":
        store.expire_history(SUPPORT)
    else:
        cursor = store.history_id(SUPPORT) + 1

    with pytest.raises(HttpError) as refused:
        users.history().list(userId="me", startHistoryId=str(cursor)).execute()

    assert refused.value.status_code == 404
    assert refused.value.error_details[0]["reason"] == "notFound"
    assert "history" not in users.history().list(userId="me", startHistoryId=str(store.history_id(SUPPORT))).execute()


@pytest.mark.parametrize("cursor", ["", "yesterday", "-4"])
def test_a_cursor_that_is_no_number_is_refused(users: Any, cursor: str) -> None:
    with pytest.raises(HttpError) as refused:
        users.history().list(userId="me", startHistoryId=cursor).execute()

    assert refused.value.status_code == 400


def test_filtering_by_inbox_hides_what_agents_send(store: Store, users: Any) -> None:
    start = str(store.history_id(SUPPORT))
    first = arrives(store)
    store.reply_as(SUPPORT, first.thread_id, ANA, "On its way.")

    records = everything(users, start, labelId="INBOX")

    assert [record["messagesAdded"][0]["message"]["id"] for record in records] == [first.message_id]


def test_a_page_may_have_a_successor_and_no_history(store: Store, users: Any) -> None:
    start = str(store.history_id(SUPPORT))
    thread = arrives(store).thread_id
    store.archive(SUPPORT, thread)
    store.restore(SUPPORT, thread)

    answer = (
        users.history().list(userId="me", startHistoryId=start, historyTypes=["labelAdded"], maxResults=1).execute()
    )

    assert "history" not in answer
    assert "nextPageToken" in answer
    assert len(everything(users, start, historyTypes=["labelAdded"], maxResults=1)) == 1


def test_an_empty_page_can_be_played_on_purpose(store: Store, gmail: SimulatorServer, users: Any) -> None:
    start = str(store.history_id(SUPPORT))
    arrives(store)
    gmail.faults.plan(Fault("empty_page", method="history.list", times=2))

    first = users.history().list(userId="me", startHistoryId=start).execute()

    fits(first, "ListHistoryResponse")
    assert set(first) == {"historyId", "nextPageToken"}
    assert len(everything(users, start)) == 1


@settings(max_examples=30, deadline=None)
@given(
    acts=st.lists(st.sampled_from(["mail", "reply", "archive", "restore", "delete", "draft"]), max_size=12),
    size=st.integers(1, 5),
)
def test_pages_of_any_size_tell_the_same_story(acts: list[str], size: int) -> None:
    store = Store(":memory:", seed=3)
    store.add_mailbox(SUPPORT)
    start = store.history_id(SUPPORT)
    placed = arrives(store)
    for act in acts:
        if act == "mail":
            arrives(store, thread_id=placed.thread_id)
        elif act == "reply":
            store.reply_as(SUPPORT, placed.thread_id, ANA, "On its way.")
        elif act == "delete":
            store.delete(SUPPORT, arrives(store, "Mistake").message_id)
        elif act == "draft":
            store.autosave_draft(SUPPORT, "Dear", thread_id=placed.thread_id)
        else:
            getattr(store, act)(SUPPORT, placed.thread_id)
    client = create_app(Simulator(store)).test_client()

    def story(page_size: int) -> list[dict[str, Any]]:
        records, token = [], ""
        while True:
            query = {
                "startHistoryId": str(start),
                "maxResults": str(page_size),
                **({"pageToken": token} if token else {}),
            }
            answer = (
                client.get(
                    "/gmail/v1/users/me/history", query_string=query, headers={"Authorization": "Bearer demo"}
                ).json
                or {}
            )
            records += answer.get("history", [])
            token = answer.get("nextPageToken", "")
            if not token:
                return records

    assert story(size) == story(500)
    store.close()
