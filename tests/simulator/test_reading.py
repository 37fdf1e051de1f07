"""Profile, messages, threads: what Google's client reads from the simulator."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import httplib2
import pytest
from googleapiclient.errors import HttpError

from inboxsla.gmail.simulator import SimulatorServer, Store

from .conftest import ANA, SUPPORT, ZOFIA, Clock, arrives, users_of, written
from .discovery import complaints, fits


def test_the_checker_itself_finds_what_does_not_fit() -> None:
    wrong = {"id": 7, "historyId": "twelve", "internalDate": 12, "colour": "red", "labelIds": ["INBOX", 3]}

    found = complaints(wrong, {"$ref": "Message"})

    assert len(found) == 5


def test_the_profile_counts_messages_and_threads(store: Store, users: Any) -> None:
    first = arrives(store)
    store.reply_as(SUPPORT, first.thread_id, ANA, "We are looking into it.")
    arrives(store, "Which lamp fits a 1974 randonneur?")

    profile = users.getProfile(userId="me").execute()

    fits(profile, "Profile")
    assert (profile["emailAddress"], profile["messagesTotal"], profile["threadsTotal"]) == (SUPPORT, 3, 2)


def test_the_addresses_an_account_sends_under_are_its_own_and_its_aliases(store: Store, users: Any) -> None:
    found = users.settings().sendAs().list(userId="me").execute()

    fits(found, "ListSendAsResponse")
    assert [each["sendAsEmail"] for each in found["sendAs"] if each.get("isPrimary")] == [SUPPORT]


def test_a_message_in_full_carries_the_mime_tree(store: Store, users: Any) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = ZOFIA, SUPPORT, "Zdjęcie uszkodzonej lampki"
    mail["Message-ID"] = "<photo-1@rowery.example>"
    mail.set_content("Proszę zobaczyć zdjęcie.", charset="iso-8859-2")
    mail.add_alternative("<p>Proszę zobaczyć <b>zdjęcie</b>.</p>", subtype="html")
    mail.add_attachment(b"\x89PNG not really", maintype="image", subtype="png", filename="lampka.png")
    placed = store.deliver(SUPPORT, mail.as_bytes())

    message = users.messages().get(userId="me", id=placed.message_id).execute()

    fits(message, "Message")
    words, photo = message["payload"]["parts"]
    assert [part["mimeType"] for part in words["parts"]] == ["text/plain", "text/html"]
    assert urlsafe_b64decode(words["parts"][0]["body"]["data"]).decode() == "Proszę zobaczyć zdjęcie.\n"
    assert (photo["filename"], photo["partId"], "data" in photo["body"]) == ("lampka.png", "1", False)
    attachment = (
        users.messages()
        .attachments()
        .get(userId="me", messageId=placed.message_id, id=photo["body"]["attachmentId"])
        .execute()
    )
    fits(attachment, "MessagePartBody")
    assert urlsafe_b64decode(attachment["data"]) == b"\x89PNG not really"
    headers = {header["name"]: header["value"] for header in message["payload"]["headers"]}
    assert (headers["From"], headers["Subject"]) == (ZOFIA, "Zdjęcie uszkodzonej lampki")


@pytest.mark.parametrize("form", ["minimal", "metadata", "full", "raw"])
def test_every_format_has_gmails_shape(store: Store, users: Any, form: str) -> None:
    placed = arrives(store, text='He said "lamp" & left')

    message = users.messages().get(userId=SUPPORT, id=placed.message_id, format=form).execute()

    fits(message, "Message")
    assert message["snippet"] == "He said &quot;lamp&quot; &amp; left"
    assert ("payload" in message, "raw" in message) == (form in ("metadata", "full"), form == "raw")


def test_metadata_headers_narrow_the_headers_in_any_case(store: Store, users: Any) -> None:
    placed = arrives(store)

    message = (
        users.messages()
        .get(userId="me", id=placed.message_id, format="metadata", metadataHeaders=["subject", "FROM"])
        .execute()
    )

    assert sorted(header["name"] for header in message["payload"]["headers"]) == ["From", "Subject"]


def test_times_are_those_of_arrival_and_never_of_the_date_header(store: Store, users: Any, clock: Clock) -> None:
    arrived = clock() - timedelta(hours=2)
    placed = arrives(store, at=arrived)

    message = users.messages().get(userId="me", id=placed.message_id, format="minimal").execute()

    assert datetime.fromtimestamp(int(message["internalDate"]) / 1000, UTC) == arrived


def test_a_delivery_report_shows_its_status_block(store: Store, users: Any) -> None:
    thread = arrives(store).thread_id
    answer = store.reply_as(SUPPORT, thread, ANA, "Your refund is on its way.")
    report = store.bounce(SUPPORT, answer.message_id, "zofia@rowery.example")

    message = users.messages().get(userId="me", id=report.message_id).execute()

    fits(message, "Message")
    assert message["threadId"] == thread
    status = next(part for part in message["payload"]["parts"] if part["mimeType"] == "message/delivery-status")
    assert b"Final-Recipient: rfc822; zofia@rowery.example" in urlsafe_b64decode(status["body"]["data"])


def test_a_thread_gives_its_messages_oldest_first(store: Store, users: Any, clock: Clock) -> None:
    thread = arrives(store, at=clock() - timedelta(hours=1)).thread_id
    store.reply_as(SUPPORT, thread, ANA, "We are looking into it.", at=clock() - timedelta(minutes=5))
    arrives(store, at=clock() - timedelta(minutes=30), thread_id=thread)

    found = users.threads().get(userId="me", id=thread, format="metadata").execute()

    fits(found, "Thread")
    times = [int(message["internalDate"]) for message in found["messages"]]
    assert times == sorted(times)
    assert found["messages"][-1]["labelIds"] == ["SENT"]


def test_lists_give_nothing_but_ids_and_page_through_everything_newest_first(
    store: Store, users: Any, clock: Clock
) -> None:
    sent = [arrives(store, f"Question {n}", at=clock() - timedelta(minutes=n)) for n in range(7)]
    pages: list[list[str]] = []
    request = users.threads().list(userId="me", maxResults=3)
    while request is not None:
        answer = request.execute()
        fits(answer, "ListThreadsResponse")
        pages.append([thread["id"] for thread in answer["threads"]])
        request = users.threads().list_next(request, answer)

    assert [len(page) for page in pages] == [3, 3, 1]
    assert [thread for page in pages for thread in page] == [placed.thread_id for placed in sent]
    messages = users.messages().list(userId="me").execute()
    fits(messages, "ListMessagesResponse")
    assert set(messages["messages"][0]) == {"id", "threadId"}


def test_an_empty_list_has_no_list_at_all(users: Any) -> None:
    assert users.messages().list(userId="me", q="subject:nothing").execute() == {"resultSizeEstimate": 0}


def test_fields_cuts_the_answer_to_what_was_asked(store: Store, users: Any) -> None:
    placed = arrives(store)

    cut = (
        users.threads()
        .get(userId="me", id=placed.thread_id, fields="id,messages(id,payload(mimeType),internalDate)")
        .execute()
    )
    slashed = users.messages().get(userId="me", id=placed.message_id, fields="payload/headers/name,id").execute()

    assert set(cut) == {"id", "messages"}
    assert set(cut["messages"][0]) == {"id", "payload", "internalDate"}
    assert cut["messages"][0]["payload"] == {"mimeType": "text/plain"}
    assert {"name": "Subject"} in slashed["payload"]["headers"]
    with pytest.raises(HttpError, match="Invalid field selection"):
        users.messages().get(userId="me", id=placed.message_id, fields="id,lamp").execute()


def test_what_is_not_there_is_a_404_in_googles_words(users: Any) -> None:
    with pytest.raises(HttpError) as refused:
        users.messages().get(userId="me", id="00000000deadbeef").execute()

    error = refused.value
    assert error.status_code == 404
    assert error.reason == "Requested entity was not found."
    assert error.error_details == [
        {"domain": "global", "message": "Requested entity was not found.", "reason": "notFound"}
    ]


def test_nobody_reads_without_a_token_or_with_somebody_elses(store: Store, gmail: SimulatorServer) -> None:
    store.add_mailbox("sales@lumenvelo.example")
    answer, _ = httplib2.Http().request(f"{gmail.url}/gmail/v1/users/me/profile")
    assert answer.status == 401

    with pytest.raises(HttpError) as stranger:
        users_of(gmail.url, "nobody@lumenvelo.example").getProfile(userId="me").execute()
    with pytest.raises(HttpError) as neighbour:
        users_of(gmail.url, "sales@lumenvelo.example").getProfile(userId=SUPPORT).execute()

    assert (stranger.value.status_code, neighbour.value.status_code) == (401, 403)
    assert users_of(gmail.url, "demo").getProfile(userId="me").execute()["emailAddress"] == SUPPORT


def test_mailboxes_have_threads_of_their_own(store: Store, gmail: SimulatorServer) -> None:
    store.add_mailbox("sales@lumenvelo.example")
    ours = arrives(store)
    theirs = store.deliver("sales@lumenvelo.example", written("Wholesale prices"))

    listed = users_of(gmail.url, "sales@lumenvelo.example").threads().list(userId="me").execute()

    assert [thread["id"] for thread in listed["threads"]] == [theirs.thread_id]
    with pytest.raises(HttpError):
        users_of(gmail.url, "sales@lumenvelo.example").threads().get(userId="me", id=ours.thread_id).execute()


def test_a_file_keeps_everything_for_the_next_run(tmp_path: Any) -> None:
    first = Store(tmp_path / "gmail.sqlite", seed=1)
    first.add_mailbox(SUPPORT)
    placed = first.deliver(SUPPORT, written())
    before = first.history_id(SUPPORT)
    first.close()

    again = Store(tmp_path / "gmail.sqlite")
    again.add_mailbox(SUPPORT)

    assert again.mailboxes() == [SUPPORT]
    assert again.history_id(SUPPORT) == before
    with SimulatorServer(again) as gmail:
        found = users_of(gmail.url).threads().get(userId="me", id=placed.thread_id).execute()
    assert [message["id"] for message in found["messages"]] == [placed.message_id]


@pytest.mark.parametrize(
    ("sender", "shown"),
    [
        ("=?utf-8?q?M=C3=BCller=2C_J=C3=B6rg?= <joerg@rad.example>", '"Müller, Jörg" <joerg@rad.example>'),
        ('"=?utf-8?q?M=C3=BCller=2C_J=C3=B6rg?=" <joerg@rad.example>', '"Müller, Jörg" <joerg@rad.example>'),
        ("=?utf-8?q?M=C3=BCller=2C?= =?utf-8?q?_J=C3=B6rg?= <joerg@rad.example>", '"Müller, Jörg" <joerg@rad.example>'),
        ("=?utf-8?q?Zo=C3=AB_=3Cscript=3E?= <zoe@rad.example>", '"Zoë <script>" <zoe@rad.example>'),
        ("=?utf-8?q?Zo=C3=AB_=22Zo=22?= <zoe@rad.example>", r'"Zoë \"Zo\"" <zoe@rad.example>'),
        ("=?utf-8?q?Zo=C3=AB?= <zoe@rad.example>", "Zoë <zoe@rad.example>"),
        ("=?utf-9?q?Zo=C3=AB?= <zoe@rad.example>", "=?utf-9?q?Zo=C3=AB?= <zoe@rad.example>"),
    ],
)
def test_a_decoded_name_is_quoted_where_it_has_to_be(store: Store, users: Any, sender: str, shown: str) -> None:
    placed = store.deliver(SUPPORT, f"From: {sender}\r\nSubject: =?utf-8?q?a=2C_b?=\r\n\r\nHello".encode())

    payload = users.messages().get(userId="me", id=placed.message_id).execute()["payload"]

    assert {h["name"]: h["value"] for h in payload["headers"]} == {"From": shown, "Subject": "a, b"}
