"""Labels: making them, and putting them on threads and messages."""

from __future__ import annotations

from typing import Any

import pytest
from googleapiclient.errors import HttpError

from inboxsla.gmail.simulator import Store

from .conftest import ANA, SUPPORT, arrives
from .discovery import fits

OVERDUE = {"name": "SLA/Overdue", "color": {"backgroundColor": "#cc3a21", "textColor": "#ffffff"}}


def made(users: Any, name: str = "SLA/Urgent") -> str:
    label_id: str = users.labels().create(userId="me", body={"name": name}).execute()["id"]
    return label_id


def refused(call: Any) -> tuple[int, str]:
    with pytest.raises(HttpError) as error:
        call.execute()
    return error.value.status_code, error.value.reason


def test_a_label_keeps_its_id_when_it_is_renamed(users: Any) -> None:
    created = users.labels().create(userId="me", body=OVERDUE).execute()
    fits(created, "Label")

    renamed = users.labels().patch(userId="me", id=created["id"], body={"name": "SLA/Too late"}).execute()

    fits(renamed, "Label")
    assert (renamed["id"], renamed["name"], renamed["color"]) == (created["id"], "SLA/Too late", OVERDUE["color"])
    replaced = (
        users.labels()
        .update(userId="me", id=created["id"], body={"id": created["id"], "name": "SLA/Overdue"})
        .execute()
    )
    assert replaced["name"] == "SLA/Overdue"


def test_the_list_hides_colours_and_counts_that_get_shows(store: Store, users: Any) -> None:
    label = users.labels().create(userId="me", body=OVERDUE).execute()["id"]
    thread = arrives(store).thread_id
    store.reply_as(SUPPORT, thread, ANA, "On its way.")
    users.threads().modify(userId="me", id=thread, body={"addLabelIds": [label]}).execute()

    listed = users.labels().list(userId="me").execute()
    one = users.labels().get(userId="me", id=label).execute()

    fits(listed, "ListLabelsResponse")
    fits(one, "Label")
    assert next(found for found in listed["labels"] if found["id"] == label).keys() == {
        "id",
        "name",
        "type",
        "labelListVisibility",
        "messageListVisibility",
    }
    assert {"INBOX", "SENT", "UNREAD", "SPAM", "TRASH", "DRAFT"} <= {found["id"] for found in listed["labels"]}
    assert one["color"] == OVERDUE["color"]
    assert [one[key] for key in ("messagesTotal", "messagesUnread", "threadsTotal", "threadsUnread")] == [2, 1, 1, 1]


def test_the_same_name_in_any_case_is_a_conflict(users: Any) -> None:
    made(users, "SLA/Überfällig")

    assert refused(users.labels().create(userId="me", body={"name": "sla/ÜBERFÄLLIG"})) == (
        409,
        "Label name exists or conflicts",
    )


@pytest.mark.parametrize(
    "name", ["Inbox", "spam", "muted", "", " SLA", "SLA/", "/SLA", "SLA//Low", "SLA / Low", "x" * 226]
)
def test_a_reserved_or_broken_name_is_refused(users: Any, name: str) -> None:
    assert refused(users.labels().create(userId="me", body={"name": name})) == (400, "Invalid label name")


@pytest.mark.parametrize(
    "colour",
    [
        {"backgroundColor": "#123456", "textColor": "#ffffff"},
        {"backgroundColor": "#CC3A21", "textColor": "#ffffff"},
        {"backgroundColor": "#cc3a21"},
    ],
)
def test_a_colour_outside_the_palette_or_without_its_pair_is_refused(users: Any, colour: dict[str, str]) -> None:
    code, reason = refused(users.labels().create(userId="me", body={"name": "SLA/Low", "color": colour}))

    assert code == 400
    assert "olor" in reason


def test_gmails_own_labels_can_neither_be_renamed_nor_deleted(users: Any) -> None:
    assert refused(users.labels().patch(userId="me", id="INBOX", body={"name": "Eingang"}))[0] == 400
    assert refused(users.labels().delete(userId="me", id="INBOX"))[0] == 400


def test_a_deleted_label_leaves_its_threads(store: Store, users: Any) -> None:
    label, thread = made(users), arrives(store).thread_id
    users.threads().modify(userId="me", id=thread, body={"addLabelIds": [label]}).execute()

    assert users.labels().delete(userId="me", id=label).execute() == ""

    assert refused(users.labels().get(userId="me", id=label))[0] == 404
    messages = users.threads().get(userId="me", id=thread, format="minimal").execute()["messages"]
    assert messages[0]["labelIds"] == ["INBOX", "UNREAD"]


def test_a_thread_is_labelled_as_it_is_now_and_later_mail_is_not(store: Store, users: Any) -> None:
    label, thread = made(users), arrives(store).thread_id
    store.reply_as(SUPPORT, thread, ANA, "On its way.")

    answer = (
        users.threads()
        .modify(userId="me", id=thread, body={"addLabelIds": [label], "removeLabelIds": ["UNREAD"]})
        .execute()
    )
    arrives(store, thread_id=thread)

    fits(answer, "Thread")
    messages = users.threads().get(userId="me", id=thread, format="minimal").execute()["messages"]
    assert [set(message["labelIds"]) for message in messages] == [
        {"INBOX", label},
        {"SENT", label},
        {"INBOX", "UNREAD"},
    ]


def test_a_change_that_changes_nothing_is_taken_and_leaves_no_history(store: Store, users: Any) -> None:
    label, thread = made(users), arrives(store).thread_id
    users.threads().modify(userId="me", id=thread, body={"addLabelIds": [label]}).execute()
    before = store.history_id(SUPPORT)

    users.threads().modify(
        userId="me", id=thread, body={"addLabelIds": [label], "removeLabelIds": ["STARRED"]}
    ).execute()

    assert store.history_id(SUPPORT) == before


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"addLabelIds": ["Label_404"]}, "labelId not found"),
        ({"removeLabelIds": ["Label_404"]}, "labelId not found"),
        ({"addLabelIds": ["STARRED"], "removeLabelIds": ["STARRED"]}, "Cannot both add and remove the same label"),
        ({"addLabelIds": ["SENT"]}, "Invalid label: SENT"),
        (
            {"addLabelIds": [f"Label_{n}" for n in range(101)]},
            "No more than 100 labels can be added or removed at once",
        ),
        ({}, "No label add or removes specified"),
    ],
)
def test_what_gmail_would_not_do_with_labels_is_refused(
    store: Store, users: Any, change: dict[str, Any], reason: str
) -> None:
    placed = arrives(store)

    for call in (
        users.threads().modify(userId="me", id=placed.thread_id, body=change),
        users.messages().modify(userId="me", id=placed.message_id, body=change),
        users.messages().batchModify(userId="me", body={"ids": [placed.message_id], **change}),
    ):
        assert refused(call) == (400, reason)


def test_a_batch_passes_over_ids_that_do_not_exist_and_says_nothing(store: Store, users: Any) -> None:
    label, one, two = made(users), arrives(store), arrives(store, "Which lamp?")

    ids = [one.message_id, "00000000deadbeef", two.message_id]
    answer = users.messages().batchModify(userId="me", body={"ids": ids, "addLabelIds": [label]}).execute()

    assert answer == ""
    listed = users.messages().list(userId="me", labelIds=[label]).execute()["messages"]
    assert {message["id"] for message in listed} == {one.message_id, two.message_id}
    assert (
        refused(users.messages().batchModify(userId="me", body={"ids": ["a"] * 1001, "addLabelIds": [label]}))[0] == 400
    )


def test_a_draft_takes_no_labels(store: Store, users: Any) -> None:
    label, thread = made(users), arrives(store).thread_id
    draft = store.autosave_draft(SUPPORT, "Dear Zofia", thread_id=thread)

    users.threads().modify(userId="me", id=thread, body={"addLabelIds": [label]}).execute()

    assert refused(users.messages().modify(userId="me", id=draft.message_id, body={"addLabelIds": [label]}))[0] == 400
    assert users.messages().get(userId="me", id=draft.message_id, format="minimal").execute()["labelIds"] == ["DRAFT"]


def test_trash_and_spam_are_out_of_sight_until_asked_for(store: Store, users: Any) -> None:
    binned, junk, kept = arrives(store, "One"), arrives(store, "Two"), arrives(store, "Three")
    fits(users.threads().trash(userId="me", id=binned.thread_id).execute(), "Thread")
    store.spam(SUPPORT, junk.thread_id)

    def seen(**how: Any) -> set[str]:
        return {message["id"] for message in users.messages().list(userId="me", **how).execute().get("messages", [])}

    assert seen() == {kept.message_id}
    assert seen(includeSpamTrash=True) == {binned.message_id, junk.message_id, kept.message_id}
    assert seen(q="in:anywhere") == {binned.message_id, junk.message_id, kept.message_id}
    assert seen(q="in:spam") == seen(labelIds="SPAM") == {junk.message_id}
    fits(users.messages().untrash(userId="me", id=binned.message_id).execute(), "Message")
    assert seen() == {binned.message_id, kept.message_id}
