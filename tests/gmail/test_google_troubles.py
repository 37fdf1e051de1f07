import signal
import socket
from datetime import timedelta

import pytest

from inboxsla.errors import AccessLost, Refused, TryLater
from inboxsla.gmail.google import GoogleMailbox
from tests.gmail.stub_google import PROFILE, SUPPORT, Answer, a_message, complaint, renewable

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
        (200, a_message("m1", internalDate="soon"), Refused, "could not be understood"),
        (200, {"id": "m1"}, Refused, "could not be understood"),
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
        connect(api_root=url).send(b"mail")


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
    google.will_answer(PROFILE, Answer({"id": "18f0a", "threadId": "18f0b"}))
    mailbox = connect()

    assert mailbox.profile().address == SUPPORT
    assert mailbox.send(b"mail").id == "18f0a"


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
    for ask in (GoogleMailbox.profile, lambda mailbox: mailbox.send(b"mail")):
        google.will_answer(Answer(b"", 401), Answer(body, status))
        with pytest.raises(error, match=says):
            ask(connect(renewable(google)))


def test_a_fixed_token_that_is_refused_is_lost(google, mailbox):
    google.will_answer(Answer(b"", 401), Answer(b"", 401))

    with pytest.raises(AccessLost, match="connect"):
        mailbox.profile()
    with pytest.raises(AccessLost, match="connect"):
        mailbox.send(b"mail")
