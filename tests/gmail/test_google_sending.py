"""A mail goes out at most once, whatever happens to its answer."""

import base64

import pytest

from inboxsla.errors import AccessLost, OutcomeUnknown, Refused, TryLater
from tests.gmail.stub_google import PROFILE, Answer, complaint, renewable

MAIL = b"From: support@lumenvelo.example\r\nTo: ana@lumenvelo.example\r\nSubject: >>>???\r\n\r\nBitte antworten\r\n"
SENT = Answer({"id": "18f0a", "threadId": "18f0b", "labelIds": ["SENT"]})


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
