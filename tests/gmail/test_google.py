import base64
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.oauth2.credentials import Credentials

from inboxsla.errors import AccessLost, Gone, HistoryExpired, OutcomeUnknown, Refused, TryLater
from inboxsla.gmail.google import GoogleMailbox, static_credentials
from inboxsla.gmail.port import Change, Label
from tests.gmail.stub_google import Answer, StubGoogle, complaint

SUPPORT = "support@lumenvelo.example"
MAIL = b"From: support@lumenvelo.example\r\nTo: ana@lumenvelo.example\r\nSubject: >>>???\r\n\r\nBitte antworten\r\n"
SENT = Answer({"id": "18f0a", "threadId": "18f0b", "labelIds": ["SENT"]})
Connect = Callable[..., GoogleMailbox]
PROFILE = Answer({"emailAddress": SUPPORT, "historyId": "7"})


@pytest.fixture
def google() -> Iterator[StubGoogle]:
    with StubGoogle() as stub:
        yield stub


@pytest.fixture
def connect(google: StubGoogle) -> Iterator[Connect]:
    """Opens mailboxes at the stub, and closes them after the test."""
    with ExitStack() as opened:

        def opens(credentials: Credentials | None = None, **options: Any) -> GoogleMailbox:
            options = {"api_root": google.url, "timeout": 5, **options}
            return opened.enter_context(
                closing(GoogleMailbox(credentials or static_credentials("ana-token"), **options))
            )

        yield opens


@pytest.fixture
def mailbox(connect: Connect) -> GoogleMailbox:
    return connect()


def renewable(google: StubGoogle) -> Credentials:
    """What the browser flow leaves behind: an access token, and how to get the next one."""
    return Credentials(
        token="old", refresh_token="r", token_uri=f"{google.url}/token", client_id="id", client_secret="secret"
    )


def a_message(message_id: str, **fields: Any) -> dict[str, Any]:
    return {"id": message_id, "threadId": "t1", "internalDate": "1795513680123", **fields}


# Reading


def test_the_profile_tells_the_address_and_the_cursor(google, mailbox):
    google.will_answer(Answer({"emailAddress": SUPPORT, "historyId": "18446744073709551615", "messagesTotal": 3}))

    profile = mailbox.profile()

    assert (profile.address, profile.history_id) == (SUPPORT, "18446744073709551615")
    assert google.asked[0].path == "/gmail/v1/users/me/profile"
    assert google.asked[0].headers["authorization"] == "Bearer ana-token"


def test_history_asks_for_everything_in_every_label(google, mailbox):
    google.will_answer(Answer({"historyId": "9"}))

    mailbox.history("123456789012345678901234567890", "page-2")

    query = google.asked[0].query
    assert query["startHistoryId"] == ["123456789012345678901234567890"]
    assert query["pageToken"] == ["page-2"]
    assert set(query["historyTypes"]) == {"messageAdded", "messageDeleted", "labelAdded", "labelRemoved"}
    assert "labelId" not in query


def test_a_page_of_history_without_records_still_leads_to_the_next_page(google, mailbox):
    google.will_answer(Answer({"historyId": "9", "nextPageToken": "more"}))

    page = mailbox.history("5")

    assert (page.changes, page.history_id, page.next_page_token) == ((), "9", "more")


def test_history_keeps_the_order_of_records_and_every_kind_of_a_record(google, mailbox):
    m1, m2 = {"id": "m1", "threadId": "t1"}, {"id": "m2", "threadId": "t2"}
    records = [
        {"id": "6", "messages": [m1, m2], "messagesAdded": [{"message": {**m1, "labelIds": ["INBOX", "UNREAD"]}}]},
        {"id": 7, "messages": [m2], "messagesAdded": [{"message": m2}], "messagesDeleted": [{"message": m2}]},
        {"id": "8", "labelsAdded": [{"message": {**m1, "labelIds": ["INBOX", "X"]}, "labelIds": ["X"]}]},
        {"id": "9", "labelsRemoved": [{"message": m1, "labelIds": ["INBOX"]}], "somethingNew": [1]},
        {"id": "10", "messages": [m1]},
    ]
    google.will_answer(Answer({"history": records, "historyId": 11}))

    page = mailbox.history("5")

    assert page.history_id == "11"
    assert page.next_page_token is None
    assert page.changes == (
        Change("added", "6", "m1", "t1", frozenset({"INBOX", "UNREAD"})),
        Change("added", "7", "m2", "t2", None),
        Change("deleted", "7", "m2", "t2", None),
        Change("labels_added", "8", "m1", "t1", frozenset({"X"})),
        Change("labels_removed", "9", "m1", "t1", frozenset({"INBOX"})),
    )


def test_a_history_page_that_names_no_cursor_reaches_as_far_as_its_last_record(google, mailbox):
    google.will_answer(Answer({"history": [{"id": "6"}, {"id": "8"}]}), Answer({}))

    assert mailbox.history("5").history_id == "8"
    assert mailbox.history("5").history_id == "5"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(complaint(404, "notFound", "Requested entity was not found."), 404),
        Answer(complaint(400, "invalidArgument", "Invalid value at 'start_history_id'"), 400),
        Answer(b"", 404),
    ],
)
def test_a_cursor_gmail_has_forgotten_means_listing_anew(google, mailbox, answer):
    google.will_answer(answer)

    with pytest.raises(HistoryExpired):
        mailbox.history("5")


def test_threads_are_searched_outside_spam_and_trash(google, mailbox):
    google.will_answer(
        Answer({"threads": [{"id": "t2"}, {"id": "t1", "snippet": "x"}], "nextPageToken": "p"}), Answer()
    )

    found = mailbox.threads("newer_than:30d in:inbox")
    assert (found.thread_ids, found.next_page_token) == (("t2", "t1"), "p")
    assert mailbox.threads("", "p").thread_ids == ()

    first, second = google.asked
    assert (first.query["q"], first.query["includeSpamTrash"]) == (["newer_than:30d in:inbox"], ["false"])
    assert "q" not in second.query
    assert second.query["pageToken"] == ["p"]


def test_a_thread_comes_oldest_message_first_with_its_payload_untouched(google, mailbox):
    payload = {"mimeType": "text/plain", "headers": [{"name": "SUBJECT", "value": "Lamp"}], "x-new": 1}
    early = a_message("m1", historyId="4", labelIds=["INBOX"], payload=payload, sizeEstimate=812, internalDate=1000)
    google.will_answer(Answer({"id": "t1", "historyId": "9", "messages": [a_message("m2"), early], "snippet": "?"}))

    thread = mailbox.thread("t1")

    assert [message.id for message in thread.messages] == ["m1", "m2"]
    first, second = thread.messages
    assert first.payload == payload
    assert (first.label_ids, first.history_id, first.size) == (frozenset({"INBOX"}), "4", 812)
    assert first.internal_at == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert second.internal_at == datetime(2026, 11, 24, 9, 48, 0, 123000, tzinfo=UTC)
    assert (second.label_ids, second.history_id, second.payload, second.size) == (frozenset(), "", {}, 0)
    assert google.asked[0].query["format"] == ["full"]


def test_an_empty_thread_is_a_thread_without_messages(google, mailbox):
    google.will_answer(Answer({"id": "t1"}))
    assert mailbox.thread("t1").messages == ()


def test_an_id_is_opaque_text_and_cannot_lead_elsewhere(google, mailbox):
    google.will_answer(Answer(a_message("m1")))

    mailbox.message("../drafts?x=ü")

    assert google.asked[0].path == "/gmail/v1/users/me/messages/..%2Fdrafts%3Fx%3D%C3%BC"


def test_messages_and_threads_that_no_longer_exist_are_gone(google, mailbox):
    google.will_answer(*[Answer(complaint(404, "notFound", "Requested entity was not found."), 404)] * 3)

    with pytest.raises(Gone):
        mailbox.message("m1")
    with pytest.raises(Gone):
        mailbox.thread("t1")
    with pytest.raises(Gone):
        mailbox.modify_thread("t1", ["L1"], [])


def test_a_wrong_address_of_google_is_named_as_such(google, mailbox):
    google.will_answer(*[Answer(b"<h1>Not here</h1>", 404)] * 3)

    for ask in (mailbox.profile, mailbox.labels, lambda: mailbox.threads("")):
        with pytest.raises(Refused, match="api_root"):
            ask()


@pytest.mark.parametrize("path", ["", "/", "/gateway", "/gateway/"])
def test_the_api_root_may_have_a_path_and_a_slash_or_not(google, connect, path):
    google.will_answer(PROFILE)

    connect(api_root=google.url + path).profile()

    assert google.asked[0].path == f"{path.rstrip('/')}/gmail/v1/users/me/profile"


# Labels


def test_labels_are_told_apart_from_gmails_own_even_without_a_type(google, mailbox):
    google.will_answer(
        Answer({"labels": [{"id": "INBOX", "name": "INBOX"}, {"id": "Label_1", "name": "SLA", "type": "user"}]}),
        Answer(),
    )

    assert list(mailbox.labels()) == [Label("INBOX", "INBOX", "system"), Label("Label_1", "SLA", "user")]
    assert list(mailbox.labels()) == []


def test_a_new_label_is_shown_everywhere_and_coloured(google, mailbox):
    google.will_answer(Answer({"id": "Label_5", "name": "SLA/Low", "type": "user"}))

    assert mailbox.create_label("SLA/Low", "#98d7e4", "#0d3b44") == Label("Label_5", "SLA/Low")
    assert google.asked[0].body == {
        "name": "SLA/Low",
        "labelListVisibility": "labelShow",
        "messageListVisibility": "show",
        "color": {"backgroundColor": "#98d7e4", "textColor": "#0d3b44"},
    }


@pytest.mark.parametrize("reason", ["aborted", "duplicate", "alreadyExists"])
def test_a_label_that_exists_in_another_case_is_taken_over(google, mailbox, reason):
    google.will_answer(
        Answer(complaint(409, reason, "Label name exists or conflicts"), 409),
        Answer({"labels": [{"id": "INBOX", "name": "INBOX"}, {"id": "Label_9", "name": "sla/LOW", "type": "user"}]}),
    )

    assert mailbox.create_label("SLA/Low", "#98d7e4", "#0d3b44") == Label("Label_9", "sla/LOW")


def test_a_label_that_exists_but_is_not_listed_yet_is_a_matter_of_time(google, mailbox):
    google.will_answer(Answer(complaint(409, "aborted"), 409), Answer({"labels": []}))

    with pytest.raises(TryLater):
        mailbox.create_label("SLA/Low", "#98d7e4", "#0d3b44")


def test_a_colour_gmail_does_not_know_costs_the_colour_and_not_the_label(google, mailbox):
    google.will_answer(
        Answer(complaint(400, "invalidArgument", "Label color #123456 is not on the allowed color palette"), 400),
        Answer({"id": "Label_5", "name": "SLA/Low"}),
    )

    assert mailbox.create_label("SLA/Low", "#123456", "#ffffff").id == "Label_5"
    assert "color" not in google.asked[1].body


def test_a_label_name_gmail_will_not_have_is_refused(google, mailbox):
    google.will_answer(*[Answer(complaint(400, "invalidArgument", "Invalid label name"), 400)] * 2)

    with pytest.raises(Refused, match="Invalid label name"):
        mailbox.create_label("Inbox", "#98d7e4", "#0d3b44")


def test_labels_go_on_and_off_a_whole_thread_in_one_call_and_nothing_in_none(google, mailbox):
    google.will_answer(Answer({"id": "t1"}), Answer(b""))

    mailbox.modify_thread("t1", ["L1"], ["L2", "L3"])
    mailbox.modify_thread("t1", [], ["L1"])
    mailbox.modify_thread("t1", [], [])

    assert len(google.asked) == 2
    assert google.asked[0].path == "/gmail/v1/users/me/threads/t1/modify"
    assert google.asked[0].body == {"addLabelIds": ["L1"], "removeLabelIds": ["L2", "L3"]}


def test_a_label_id_gmail_does_not_know_is_refused(google, mailbox):
    google.will_answer(Answer(complaint(400, "invalidArgument", "labelId not found"), 400))

    with pytest.raises(Refused, match="labelId not found"):
        mailbox.modify_thread("t1", ["L99"], [])


# What goes wrong

SCOPES = {"error": {"code": 403, "message": "x", "status": "PERMISSION_DENIED", "details": [{"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}}  # fmt: skip
QUOTA = "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute per user'"


@pytest.mark.parametrize(
    ("status", "body", "error", "says"),
    [
        (401, complaint(401, "authError", "Invalid Credentials"), AccessLost, "inboxsla connect"),
        (403, complaint(403, "insufficientPermissions"), AccessLost, "every box ticked"),
        (403, SCOPES, AccessLost, "every box ticked"),
        (403, complaint(403, "domainPolicy"), AccessLost, "Workspace administrator"),
        (403, complaint(403, "accessNotConfigured", "Gmail API has not been used in project 1"), AccessLost, "Cloud"),
        (403, complaint(403, "forbidden", "Delegation denied for ana@"), AccessLost, "Delegation denied for ana@"),
        (400, complaint(400, "failedPrecondition", "Mail service not enabled"), AccessLost, "licence"),
        (400, {"error": {"message": "Mail service not enabled"}}, AccessLost, "licence"),
        (403, complaint(403, "rateLimitExceeded"), TryLater, "wait"),
        (403, complaint(403, "userRateLimitExceeded"), TryLater, "wait"),
        (403, complaint(403, "quotaExceeded"), TryLater, "wait"),
        (403, complaint(403, "dailyLimitExceeded"), TryLater, "wait"),
        (403, {"error": {"code": 403, "message": QUOTA, "status": "PERMISSION_DENIED"}}, TryLater, "Quota exceeded"),
        (403, b"<html>blocked by the proxy</html>", TryLater, "403"),
        (403, b'"words"', TryLater, "Gmail"),
        (403, b'{"error": null}', TryLater, "Gmail"),
        (429, complaint(429, "rateLimitExceeded", "Too many concurrent requests for user"), TryLater, "Too many"),
        (429, b"", TryLater, "429"),
        (500, complaint(500, "backendError"), TryLater, "backendError"),
        (503, b"<html>", TryLater, "503"),
        (302, b"", TryLater, "302"),
        (412, complaint(412, "conditionNotMet"), TryLater, "Gmail"),
        (400, complaint(400, "invalidArgument", "Invalid id value"), Refused, "Invalid id value"),
        (200, b"<html>sign in to the hotel network</html>", TryLater, "read"),
        (200, b"[1]", TryLater, "read"),
        (200, a_message("m1", internalDate="soon"), TryLater, "read"),
        (200, {"id": "m1"}, TryLater, "read"),
    ],
)
def test_every_refusal_says_what_to_do_next(google, mailbox, status, body, error, says):
    google.will_answer(Answer(body, status))

    with pytest.raises(error, match=says):
        mailbox.message("m1")


@pytest.mark.parametrize(
    ("message", "headers", "wait"),
    [
        ("User-rate limit exceeded.  Retry after 2026-11-24T12:00:30.500Z (Mail sending)", {}, 7950.5),
        ("User-rate limit exceeded. Retry after 2026-11-24T09:00:00Z", {}, 1),
        ("User-rate limit exceeded. Retry after 2027-11-24T09:00:00Z", {}, 25 * 3600),
        ("User-rate limit exceeded. Retry after 2026-99-24T09:00:00Z", {}, 15 * 60),
        ("Slow down", {"Retry-After": "7"}, 7),
        ("Slow down", {"Retry-After": "99999999999999999999"}, 25 * 3600),
        ("Slow down", {"Retry-After": "Tue, 24 Nov 2026 09:50:00 GMT"}, 120),
        ("Slow down", {"Retry-After": "soon"}, 30),
        ("Slow down", {}, 30),
    ],
)
def test_how_long_to_stay_away_is_read_from_google(google, mailbox, message, headers, wait):
    google.will_answer(Answer(complaint(429, "rateLimitExceeded", message), 429, headers))

    with pytest.raises(TryLater) as raised:
        mailbox.profile()

    assert raised.value.wait == timedelta(seconds=wait)


def test_a_connection_that_nobody_takes_is_a_matter_of_time(connect):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"

    with pytest.raises(TryLater, match="cannot be reached"):
        connect(api_root=url).profile()
    with pytest.raises(TryLater, match="cannot be reached"):
        connect(api_root=url).send(MAIL)


def test_half_an_answer_is_no_answer(google, mailbox):
    google.will_answer(Answer(PROFILE.body, then="cut"), PROFILE)

    with pytest.raises(TryLater):
        mailbox.profile()
    assert mailbox.profile().address == SUPPORT


def test_a_late_answer_is_never_taken_for_the_answer_to_the_next_question(google, connect):
    mailbox = connect(timeout=0.2)
    google.will_answer(Answer(a_message("first"), then="late"), Answer(a_message("second")))

    with pytest.raises(TryLater):
        mailbox.message("first")
    google.release.set()

    assert mailbox.message("second").id == "second"


def test_a_question_broken_off_by_a_time_limit_leaves_no_answer_behind(google, mailbox):
    class TimeIsUp(Exception):
        """What a worker raises into a job that takes too long."""

    def interrupt(*_: object) -> None:
        raise TimeIsUp

    google.will_answer(Answer(a_message("first"), then="late"), Answer(a_message("second")))
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(TimeIsUp):
            mailbox.message("first")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    google.release.set()

    assert mailbox.message("second").id == "second"


def test_reading_goes_on_after_the_line_was_closed_while_idle(google, mailbox):
    google.will_answer(Answer(PROFILE.body, then="hang up"), PROFILE)

    mailbox.profile()

    assert mailbox.profile().address == SUPPORT


def test_a_proxy_for_the_internet_is_not_asked_for_this_machine(google, connect, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://proxy.invalid:3128")
    monkeypatch.delenv("no_proxy", raising=False)
    google.will_answer(PROFILE, SENT)
    mailbox = connect()

    assert mailbox.profile().address == SUPPORT
    assert mailbox.send(MAIL).id == "18f0a"


# Access


def test_an_old_token_is_renewed_and_the_question_asked_again(google, connect):
    google.will_answer(Answer(b"", 401), Answer({"access_token": "new", "expires_in": 3600}), PROFILE)

    assert connect(renewable(google)).profile().address == SUPPORT
    assert google.asked[2].headers["authorization"] == "Bearer new"


@pytest.mark.parametrize(
    ("status", "body", "error", "says"),
    [
        (
            400,
            {"error": "invalid_grant", "error_description": "Token has been expired or revoked."},
            AccessLost,
            "connect",
        ),
        (401, {"error": "unauthorized_client"}, AccessLost, "own credentials"),
        (401, {"error": "deleted_client"}, AccessLost, "own credentials"),
        (502, b"<html>Bad gateway</html>", TryLater, "trouble"),
    ],
)
def test_a_token_that_cannot_be_renewed_needs_a_person_only_if_google_says_so(
    google, connect, status, body, error, says
):
    for ask in (GoogleMailbox.profile, lambda mailbox: mailbox.send(MAIL)):
        google.will_answer(Answer(b"", 401), Answer(body, status))
        with pytest.raises(error, match=says):
            ask(connect(renewable(google)))


def test_a_fixed_token_that_is_refused_is_lost(google, mailbox):
    google.will_answer(Answer(b"", 401), Answer(b"", 401))

    with pytest.raises(AccessLost, match="connect"):
        mailbox.profile()
    with pytest.raises(AccessLost, match="connect"):
        mailbox.send(MAIL)


# Sending, at most once


def test_a_mail_goes_out_as_it_was_written(google, mailbox):
    google.will_answer(SENT)

    sent = mailbox.send(MAIL)

    assert (sent.id, sent.thread_id) == ("18f0a", "18f0b")
    (asked,) = google.asked
    assert (asked.method, asked.path) == ("POST", "/gmail/v1/users/me/messages/send")
    assert base64.urlsafe_b64decode(asked.body["raw"]) == MAIL
    assert "threadId" not in asked.body
    assert asked.headers["authorization"] == "Bearer ana-token"


@pytest.mark.parametrize("then", ["drop", "cut"])
def test_a_send_whose_answer_is_lost_is_never_repeated(google, mailbox, then):
    google.will_answer(Answer(SENT.body, then=then), SENT, SENT, SENT)

    with pytest.raises(OutcomeUnknown):
        mailbox.send(MAIL)

    assert len(google.asked) == 1


def test_a_send_that_follows_other_calls_is_not_repeated_either(google, mailbox):
    google.will_answer(Answer(PROFILE.body, then="hang up"), Answer(then="drop"), SENT, SENT)
    mailbox.profile()

    with pytest.raises(OutcomeUnknown):
        mailbox.send(MAIL)

    assert len(google.asked) == 2


def test_a_send_that_is_not_answered_in_time_may_have_gone_out(google, connect):
    google.will_answer(Answer(SENT.body, then="late"), SENT)

    with pytest.raises(OutcomeUnknown):
        connect(timeout=0.2).send(MAIL)

    assert len(google.asked) == 1


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (500, complaint(500, "backendError"), OutcomeUnknown),
        (503, b"", OutcomeUnknown),
        (409, complaint(409, "aborted"), OutcomeUnknown),
        (302, b"", OutcomeUnknown),
        (200, b"<html>", OutcomeUnknown),
        (200, {}, OutcomeUnknown),
        (403, b'"words"', OutcomeUnknown),
        (429, complaint(429, "rateLimitExceeded"), TryLater),
        (403, complaint(403, "userRateLimitExceeded"), TryLater),
        (403, complaint(403, "insufficientPermissions"), AccessLost),
        (400, complaint(400, "failedPrecondition", "Mail service not enabled"), AccessLost),
        (400, complaint(400, "invalidArgument", "Invalid To header"), Refused),
        (413, b"", Refused),
        (404, b"", Refused),
    ],
)
def test_what_a_send_came_to_is_told_by_its_answer(google, mailbox, status, body, error):
    google.will_answer(Answer(body, status, {"Location": "/elsewhere"} if status == 302 else {}), SENT, SENT)

    with pytest.raises(error):
        mailbox.send(MAIL)

    assert len(google.asked) == 1


def test_a_send_with_an_old_token_is_tried_once_more_with_a_new_one(google, connect):
    google.will_answer(Answer(b"", 401), Answer({"access_token": "new", "expires_in": 3600}), SENT)

    assert connect(renewable(google)).send(MAIL).id == "18f0a"
    assert [asked.path for asked in google.asked][1:] == ["/token", "/gmail/v1/users/me/messages/send"]
    assert google.asked[2].headers["authorization"] == "Bearer new"


def test_a_send_refused_with_the_new_token_too_is_given_up(google, connect):
    refused = Answer(complaint(401, "authError"), 401)
    google.will_answer(refused, Answer({"access_token": "new", "expires_in": 3600}), refused, SENT)

    with pytest.raises(AccessLost):
        connect(renewable(google)).send(MAIL)

    assert len(google.asked) == 3
