"""The simulator's own pages."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markupsafe import escape
from werkzeug.test import TestResponse

from inboxsla.gmail.simulator import Store, create_app, mime
from inboxsla.gmail.simulator.context import Simulator
from inboxsla.gmail.simulator.reading import thread
from inboxsla.gmail.simulator.stories import hands, seed
from inboxsla.gmail.simulator.stories.board import look

from .conftest import ANA, SUPPORT, Clock, arrives, written
from .discovery import fits

HERE = "http://localhost"


@pytest.fixture
def page(store: Store) -> Iterator[FlaskClient]:
    with create_app(Simulator(store)).test_client() as client:
        yield client


def sent(page: FlaskClient, path: str, **form: str) -> TestResponse:
    return page.post(path, data=form, headers={"Origin": HERE})


def test_the_inbox_lists_threads_with_their_coloured_labels(store: Store, page: FlaskClient, clock: Clock) -> None:
    seed(store, SUPPORT, clock())
    board = look(store, SUPPORT)
    colour = {"backgroundColor": "#cc3a21", "textColor": "#ffffff"}
    bearer = {"Authorization": "Bearer demo"}
    label = (
        page.post("/gmail/v1/users/me/labels", json={"name": "SLA/Overdue", "color": colour}, headers=bearer).json or {}
    )
    store.relabel(SUPPORT, board[0].thread_id, add=(label["id"],))

    shown = page.get("/").text

    assert "Refund for order 1182 still missing" in shown
    assert shown.count("<li class") == len(board)
    assert f'class="chip b0-{label["id"]}">SLA/Overdue<' in shown
    assert f".chip.b0-{label['id']} {{ background:#cc3a21; color:#ffffff }}" in page.get("/face.css").text
    assert '<meta http-equiv="refresh"' in shown


def test_a_visitor_writes_in_as_a_customer(store: Store, page: FlaskClient) -> None:
    answer = sent(
        page,
        "/write",
        name="Ngozi Okonkwo",
        sender="ngozi@lagosrides.example",
        subject="Lost parcel",
        text="Where is it?",
    )

    assert answer.status_code == 303
    shown = page.get(answer.location).text
    assert "Lost parcel" in shown
    assert "Where is it?" in shown
    [board] = look(store, SUPPORT)
    assert (board.owed, board.by_visitor) == (True, True)


def test_an_agents_answer_and_the_archive_work_from_the_thread(store: Store, page: FlaskClient) -> None:
    placed = arrives(store)
    path = f"/threads/{placed.thread_id}"

    sent(page, f"{path}/answer", agent=ANA, text="It is on its way.")
    sent(page, f"{path}/message", text="Thank you!")
    sent(page, f"{path}/place", to="archive")

    question, reply, thanks = thread(store, SUPPORT, placed.thread_id)
    assert (reply.labels, reply.header("Sender")) == (frozenset({"SENT"}), f"Ana Ruiz <{ANA}>")
    assert thanks.facts.text.startswith("Thank you!")
    assert not any("INBOX" in message.labels for message in (question, reply, thanks))
    shown = page.get(path).text
    assert "sent by <bdi>Ana Ruiz</bdi>" in shown
    assert "Move to inbox" in shown
    sent(page, f"{path}/place", to="inbox")
    assert "INBOX" in thread(store, SUPPORT, placed.thread_id)[0].labels


def test_mail_sent_by_the_product_can_be_read_and_answered_by_whom_it_went_to(store: Store, page: FlaskClient) -> None:
    arrives(store)
    raw = written("[SLA] Due in 24 min", "Please have a look.", sender=SUPPORT, to=ANA)
    body = {"raw": urlsafe_b64encode(raw).decode()}
    mail = page.post("/gmail/v1/users/me/messages/send", json=body, headers={"Authorization": "Bearer demo"}).json or {}

    listed = page.get("/?place=sent").text
    sent(page, f"/threads/{mail['threadId']}/message", text="I am on it.")

    assert "Due in 24 min" in listed
    assert "Refund for order" not in listed
    answer = thread(store, SUPPORT, mail["threadId"])[1]
    assert (answer.facts.sender, answer.labels) == (f"ana <{ANA}>", frozenset({"INBOX", "UNREAD"}))


@pytest.mark.parametrize("name", ["Müller, Jörg", "Zoë <script>alert(1)</script>", "O'Neill; Zoë"])
def test_a_customer_with_any_name_can_write_back_and_be_answered(store: Store, page: FlaskClient, name: str) -> None:
    sent(page, "/write", name=name, sender="jorg@rad.example", subject="Lost parcel", text="Where is it?")
    [board] = look(store, SUPPORT)

    sent(page, f"/threads/{board.thread_id}/message", text="Any news?")
    sent(page, f"/threads/{board.thread_id}/answer", agent=ANA, text="It is on its way.")

    _, again, answer = thread(store, SUPPORT, board.thread_id)
    assert mime.person(again.facts.sender) == (name, "jorg@rad.example")
    assert answer.facts.recipients == ("jorg@rad.example",)
    shown = page.get(f"/threads/{board.thread_id}").text
    assert f"Write back as <bdi>{escape(name)}</bdi>" in shown


def test_a_sender_whose_name_lacks_its_quotes_can_write_back(store: Store, page: FlaskClient) -> None:
    head = "From: Müller, Jörg <jorg@rad.example>\r\nSubject: Lamp\r\nMessage-ID: <1@rad.example>"
    placed = store.deliver(SUPPORT, f"{head}\r\n\r\nHello".encode())

    sent(page, f"/threads/{placed.thread_id}/message", text="Any news?")

    again = thread(store, SUPPORT, placed.thread_id)[1]
    assert mime.person(again.facts.sender) == ("Müller, Jörg", "jorg@rad.example")


@pytest.mark.parametrize("form", ["answer", "message"])
def test_a_form_without_text_sends_nothing_and_is_shown_again(store: Store, page: FlaskClient, form: str) -> None:
    placed = arrives(store)

    shown = sent(page, f"/threads/{placed.thread_id}/{form}", agent="jonas@lumenvelo.example", text=" \n ")

    assert (shown.status_code, shown.mimetype) == (400, "text/html")
    assert f'role="alert">Nothing was sent: the {form} has no text.' in shown.text
    assert shown.text.count('role="alert"') == 1
    assert '<option value="jonas@lumenvelo.example" selected>' in shown.text
    assert len(thread(store, SUPPORT, placed.thread_id)) == 1


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://localhost.evil.example"])
def test_a_form_on_another_site_changes_nothing(store: Store, page: FlaskClient, origin: str | None) -> None:
    placed = arrives(store)
    headers = {"Origin": origin} if origin else {}

    answer = page.post(f"/threads/{placed.thread_id}/place", data={"to": "archive"}, headers=headers)

    assert answer.status_code == 403
    assert "INBOX" in thread(store, SUPPORT, placed.thread_id)[0].labels


@pytest.mark.parametrize(
    "wrong", [{"sender": "nobody"}, {"subject": " "}, {"text": " "}, {"sender": "a@b.example>, c@d.example"}]
)
def test_a_mail_that_cannot_be_sent_keeps_what_was_typed(
    store: Store, page: FlaskClient, wrong: dict[str, str]
) -> None:
    answer = sent(
        page, "/write", **{"name": "Ada", "sender": "ada@visitor.example", "subject": "Typed", "text": "Kept?", **wrong}
    )

    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert look(store, SUPPORT) == []


def test_line_breaks_in_a_subject_add_no_headers(store: Store, page: FlaskClient) -> None:
    sent(
        page,
        "/write",
        name="Ada\r\nBcc: x@y.example",
        sender="ada@visitor.example",
        subject="Hi\r\nList-Id: <x>",
        text="Hello",
    )

    [board] = look(store, SUPPORT)
    [message] = thread(store, SUPPORT, board.thread_id)
    assert (message.header("List-Id"), message.header("Bcc")) == ("", "")


def test_what_is_not_there_is_a_404(page: FlaskClient) -> None:
    assert page.get("/threads/00000000deadbeef").status_code == 404
    assert page.get("/?mailbox=nobody@lumenvelo.example").status_code == 400


HOSTILE = st.text(st.characters(codec="utf-8"), max_size=60).map(lambda text: f"{text}<script>alert(1)</script>\"'")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(subject=HOSTILE, text=HOSTILE, name=HOSTILE)
def test_no_mail_can_put_markup_into_a_page(
    store: Store, page: FlaskClient, subject: str, text: str, name: str
) -> None:
    raw = f'From: "{name}" <mallory@evil.example>\r\nSubject: {subject}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}'
    placed = store.deliver(SUPPORT, raw.encode())

    for shown in (page.get("/").text, page.get(f"/threads/{placed.thread_id}").text):
        assert "<script" not in shown
        assert not re.search(r"<[^>]+\son\w+=", shown)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    raw=st.binary(max_size=400)
    | st.binary(max_size=200).map(lambda b: b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" + b)
)
def test_any_bytes_can_be_delivered_and_read_in_every_format(store: Store, page: FlaskClient, raw: bytes) -> None:
    placed = store.deliver(SUPPORT, raw)

    for form in ("minimal", "metadata", "full", "raw"):
        path = f"/gmail/v1/users/me/messages/{placed.message_id}?format={form}"
        fits(page.get(path, headers={"Authorization": "Bearer demo"}).json, "Message")
    assert page.get(f"/threads/{placed.thread_id}").status_code == 200


HEADS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00"), max_size=40) | st.sampled_from(
    [
        "=?x-unknown?q?=FF?= <a@b.example>",
        "Jürgen <jürgen@straße.example>",
        "<@>",
        '"a" <b',
        "=?utf-8?b?////?=",
        "a@b.example, c@d.example",
    ]
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sender=HEADS, subject=HEADS, reference=HEADS)
def test_any_mail_can_be_answered_and_bounced(store: Store, sender: str, subject: str, reference: str) -> None:
    raw = f"From: {sender}\r\nSubject: {subject}\r\nMessage-ID: <{reference}@x.example>\r\n\r\nHello".encode()
    thread_id = store.deliver(SUPPORT, raw).thread_id

    reply = store.reply_as(SUPPORT, thread_id, ANA, "Hello back")
    store.bounce(SUPPORT, reply.message_id, "a@b.example")
    hands.writes_back(store, SUPPORT, thread_id, "Hello again", store.now())

    labels = [message.labels for message in thread(store, SUPPORT, thread_id)]
    assert frozenset({"SENT"}) in labels
