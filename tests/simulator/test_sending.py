"""Sending, threading, searching."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from email import message_from_bytes
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from googleapiclient.errors import HttpError

from inboxsla.gmail.simulator import Store
from inboxsla.gmail.simulator.mime import facts
from inboxsla.gmail.simulator.reading import thread
from inboxsla.gmail.simulator.stories import hands

from .conftest import ANA, SUPPORT, ZOFIA, Clock, arrives, written
from .discovery import fits


def send(users: Any, raw: bytes, **more: str) -> dict[str, Any]:
    answer: dict[str, Any] = (
        users.messages().send(userId="me", body={"raw": urlsafe_b64encode(raw).decode(), **more}).execute()
    )
    fits(answer, "Message")
    return answer


def as_stored(users: Any, message_id: str) -> Any:
    found = users.messages().get(userId="me", id=message_id, format="raw").execute()
    return message_from_bytes(urlsafe_b64decode(found["raw"]))


def test_a_sent_mail_gets_a_new_message_id_and_loses_its_bcc(users: Any) -> None:
    raw = written(
        sender=SUPPORT,
        to=ANA,
        headers={"Message-ID": "<ours@inboxsla.example>", "Bcc": "claire@lumenvelo.example", "X-InboxSLA-Id": "e-17"},
    )

    sent = send(users, raw)

    kept = as_stored(users, sent["id"])
    assert sent["labelIds"] == ["SENT"]
    assert kept["Message-ID"].endswith("@mail.gmail.com>")
    assert (kept["Bcc"], kept["X-InboxSLA-Id"]) == (None, "e-17")


def test_a_sender_who_is_not_the_account_becomes_the_account(users: Any) -> None:
    stranger = as_stored(users, send(users, written(sender="Mia <mia@elsewhere.example>", to=ANA))["id"])
    alias = as_stored(users, send(users, written(sender="help@lumenvelo.example", to=ANA))["id"])

    assert stranger["From"] == f"Mia <{SUPPORT}>"
    assert stranger["X-Google-Original-From"] == "Mia <mia@elsewhere.example>"
    assert alias["From"] == "help@lumenvelo.example"


def test_a_reply_joins_its_thread_only_with_thread_id_reference_and_subject(store: Store, users: Any) -> None:
    question = written()
    thread = store.deliver(SUPPORT, question).thread_id
    about = facts(question)
    proper = written(f"Re: {about.subject}", sender=SUPPORT, to=ZOFIA, answering=about)
    other_subject = written("Something else", sender=SUPPORT, to=ZOFIA, answering=about)
    no_reference = written(f"Re: {about.subject}", sender=SUPPORT, to=ZOFIA)

    assert send(users, proper, threadId=thread)["threadId"] == thread
    assert send(users, proper)["threadId"] != thread
    assert send(users, other_subject, threadId=thread)["threadId"] != thread
    assert send(users, no_reference, threadId=thread)["threadId"] != thread


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 400),
        ({"raw": "not base64 at all!"}, 400),
        ({"raw": urlsafe_b64encode(b"Subject: nobody\r\n\r\nhello").decode()}, 400),
        ({"raw": urlsafe_b64encode(written(sender=SUPPORT)).decode(), "threadId": "thread-f:17"}, 400),
        ({"raw": urlsafe_b64encode(written(sender=SUPPORT)).decode(), "threadId": "00000000deadbeef"}, 404),
    ],
)
def test_a_send_that_gmail_would_refuse_is_refused(store: Store, users: Any, body: dict[str, str], code: int) -> None:
    with pytest.raises(HttpError) as refused:
        users.messages().send(userId="me", body=body).execute()

    assert refused.value.status_code == code
    assert users.getProfile(userId="me").execute()["messagesTotal"] == 0


def test_mail_between_mailboxes_of_the_simulator_arrives_with_other_ids(store: Store, users: Any) -> None:
    store.add_mailbox(ANA)

    sent = send(users, written("[SLA] Due in 24 min", sender=SUPPORT, to=ANA))

    with store.database.reading() as conn:
        [row] = conn.execute("SELECT id FROM messages WHERE mailbox = ?", (ANA,)).fetchall()
    assert row["id"] != sent["id"]
    assert sorted(send(users, written("Note to self", sender=SUPPORT, to=SUPPORT))["labelIds"]) == [
        "INBOX",
        "SENT",
        "UNREAD",
    ]


def test_incoming_mail_joins_the_thread_it_refers_to_unless_the_subject_changed(store: Store) -> None:
    question = written()
    thread = store.deliver(SUPPORT, question).thread_id
    about = facts(question)

    again = store.deliver(SUPPORT, written(f"RE: {about.subject}", "Any news?", answering=about))
    other = store.deliver(SUPPORT, written("A second order", answering=about))
    bare = store.deliver(SUPPORT, written(about.subject, "Hello?"))

    assert again.thread_id == thread
    assert other.thread_id != thread
    assert bare.thread_id != thread


def test_an_agents_answer_says_who_wrote_it_if_the_admin_chose_so(store: Store, users: Any) -> None:
    thread = arrives(store).thread_id

    named = as_stored(users, store.reply_as(SUPPORT, thread, ANA, "On its way.", agent_name="Ana Ruiz").message_id)
    silent = as_stored(users, store.reply_as(SUPPORT, thread, ANA, "It left today.", sender_header=False).message_id)

    assert (named["From"], named["Sender"]) == (SUPPORT, f"Ana Ruiz <{ANA}>")
    assert silent["Sender"] is None
    assert "zofia@rowery.example" in named["To"]
    assert named["Subject"].startswith("Re: ")


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("in:inbox", {"refund", "lamp"}),
        ("in:sent", {"answer"}),
        ("from:zofia", {"refund"}),
        ("from:Kenji -in:sent", {"lamp"}),
        ("to:kenji@hikari.example", {"answer"}),
        ("subject:REFUND", {"refund"}),
        ('"red rear light"', {"lamp"}),
        ("-subject:refund in:inbox", {"lamp"}),
        ("newer_than:2h in:inbox", {"lamp"}),
        ("newer_than:1d in:inbox", {"refund", "lamp"}),
        ("is:unread older_than:2h", {"refund"}),
        ("rfc822msgid:lamp-1@hikari.example", {"lamp"}),
        ("rfc822msgid:<lamp-1@hikari.example>", {"lamp"}),
        ("label:sla-on-track", {"refund"}),
        ('label:"SLA/On track"', {"refund"}),
        ("in:inbox token9f3e", set()),
    ],
)
def test_searching_finds(store: Store, users: Any, clock: Clock, q: str, found: set[str]) -> None:
    refund = arrives(store, at=clock() - timedelta(hours=3))
    headers = {"Message-ID": "<lamp-1@hikari.example>"}
    lamp = arrives(
        store,
        "ライトについて",
        "Is the red rear light back in stock?",
        sender="Kenji <kenji@hikari.example>",
        headers=headers,
    )
    answer = store.reply_as(SUPPORT, lamp.thread_id, ANA, "Yes, since Monday.", quote=False)
    label = users.labels().create(userId="me", body={"name": "SLA/On track"}).execute()["id"]
    users.threads().modify(userId="me", id=refund.thread_id, body={"addLabelIds": [label]}).execute()
    names = {refund.message_id: "refund", lamp.message_id: "lamp", answer.message_id: "answer"}

    messages = users.messages().list(userId="me", q=q).execute().get("messages", [])

    assert {names[message["id"]] for message in messages} == found


def test_searching_between_two_instants_takes_epoch_seconds(store: Store, users: Any, clock: Clock) -> None:
    old, new = (
        arrives(store, "Old", at=clock() - timedelta(hours=3)),
        arrives(store, "New", at=clock() - timedelta(hours=1)),
    )
    edge = int((clock() - timedelta(hours=2)).timestamp())

    def seen(q: str) -> list[str]:
        return [m["id"] for m in users.messages().list(userId="me", q=q).execute()["messages"]]

    assert (seen(f"after:{edge}"), seen(f"before:{edge}")) == ([new.message_id], [old.message_id])


def test_an_operator_the_simulator_does_not_know_is_an_error_and_not_a_wrong_answer(users: Any) -> None:
    with pytest.raises(HttpError, match="larger"):
        users.messages().list(userId="me", q="larger:10M").execute()


def test_search_may_lag_behind_history(store: Store, users: Any, clock: Clock) -> None:
    store.search_lag = timedelta(seconds=30)
    send(users, written("[SLA] token9f3e", sender=SUPPORT, to=ANA))

    assert "messages" not in users.messages().list(userId="me", q="in:sent token9f3e").execute()
    clock.forward(seconds=31)
    assert len(users.messages().list(userId="me", q="in:sent token9f3e").execute()["messages"]) == 1


def test_an_answer_after_a_bounce_goes_to_the_customer_again(store: Store) -> None:
    thread_id = arrives(store).thread_id
    first = store.reply_as(SUPPORT, thread_id, ANA, "On its way.")
    store.bounce(SUPPORT, first.message_id, "zofia@rowery.example")

    store.reply_as(SUPPORT, thread_id, ANA, "Here it is again.")

    again = thread(store, SUPPORT, thread_id)[-1]
    assert again.facts.recipients == ("zofia@rowery.example",)
    assert again.facts.subject == "Re: Refund for order 1182 still missing"


def test_an_answer_goes_neither_to_a_machine_nor_to_a_colleague(store: Store) -> None:
    thread_id = arrives(store).thread_id
    store.deliver(
        SUPPORT,
        written(headers={"Auto-Submitted": "auto-replied"}, sender="Desk <desk@rowery.example>"),
        thread_id=thread_id,
    )
    store.deliver(SUPPORT, written("Re: Refund", sender=f"Ana Ruiz <{ANA}>"), thread_id=thread_id)

    store.reply_as(SUPPORT, thread_id, ANA, "It left today.")

    assert thread(store, SUPPORT, thread_id)[-1].facts.recipients == ("zofia@rowery.example",)


def test_a_thread_that_staff_began_and_that_bounced_is_answered_to_whom_staff_wrote(store: Store) -> None:
    begun = store.start_as(SUPPORT, ANA, "giulia@biciclette.example", "Recall", "Dear Giulia")
    store.bounce(SUPPORT, begun.message_id, "giulia@biciclette.example")

    store.reply_as(SUPPORT, begun.thread_id, ANA, "Once more.")

    messages = thread(store, SUPPORT, begun.thread_id)
    assert messages[-1].facts.recipients == ("giulia@biciclette.example",)
    assert hands.customer_of(SUPPORT, messages).address == "giulia@biciclette.example"


def test_the_time_that_an_answer_quotes_is_that_of_the_mailboxs_zone(clock: Clock) -> None:
    store = Store(":memory:", now=clock, seed=7, zone=ZoneInfo("Europe/Berlin"))
    store.add_mailbox(SUPPORT)
    thread_id = arrives(store).thread_id

    store.reply_as(SUPPORT, thread_id, ANA, "On its way.")
    clock.forward(minutes=5)
    hands.writes_back(store, SUPPORT, thread_id, "Thank you.", clock())

    assert [re.findall(r"^On .* at (\S+),", m.facts.text, re.MULTILINE) for m in thread(store, SUPPORT, thread_id)] == [
        [],
        ["10:48"],
        ["10:48"],
    ]
    store.close()
