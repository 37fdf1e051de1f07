"""Failures on purpose, the quota meter, the levers for other processes."""

from __future__ import annotations

import json
import threading
from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import google.auth.exceptions
import google.auth.transport.requests
import pytest
from google.oauth2.credentials import Credentials
from googleapiclient.errors import HttpError

from inboxsla.gmail.simulator import Fault, SimulatorServer, Store, create_app
from inboxsla.gmail.simulator.bulk import fill
from inboxsla.gmail.simulator.context import Simulator
from inboxsla.gmail.simulator.quota import UNITS

from .conftest import ANA, SUPPORT, Clock, arrives, users_of, written


def lever(gmail: SimulatorServer, path: str, body: dict[str, Any] | None = None, method: str = "") -> Any:
    data = json.dumps(body).encode() if body is not None else None
    request = Request(f"{gmail.url}/_sim/{path}", data, {"Content-Type": "application/json"}, method=method or None)
    with urlopen(request, timeout=10) as answer:
        return json.load(answer)


def a_send(users: Any) -> Any:
    return users.messages().send(userId="me", body={"raw": urlsafe_b64encode(written(sender=SUPPORT, to=ANA)).decode()})


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (429, "rateLimitExceeded"),
        (403, "rateLimitExceeded"),
        (500, "backendError"),
        (503, "backendError"),
        (504, "backendError"),
    ],
)
def test_the_next_calls_can_be_made_to_fail(gmail: SimulatorServer, users: Any, code: int, reason: str) -> None:
    gmail.faults.plan(Fault("status", code=code, times=2))

    for _ in range(2):
        with pytest.raises(HttpError) as failed:
            users.labels().list(userId="me").execute()
        assert (failed.value.status_code, failed.value.error_details[0]["reason"]) == (code, reason)

    assert users.labels().list(userId="me").execute()["labels"]


def test_a_fault_strikes_only_the_calls_it_names_and_only_from_the_one_it_counts_to(
    gmail: SimulatorServer, users: Any
) -> None:
    gmail.faults.plan(Fault("status", method="labels.*", after=1))

    users.getProfile(userId="me").execute()
    users.labels().list(userId="me").execute()
    with pytest.raises(HttpError):
        users.labels().get(userId="me", id="INBOX").execute()

    assert gmail.faults.planned() == []


def test_the_client_retries_over_a_dropped_connection_when_told_to(gmail: SimulatorServer, users: Any) -> None:
    gmail.faults.plan(Fault("drop_before", method="profile.get", times=1))

    assert users.getProfile(userId="me").execute(num_retries=1)["emailAddress"] == SUPPORT


def test_a_send_whose_answer_is_lost_has_been_sent_and_the_plain_client_sends_it_again(
    gmail: SimulatorServer, users: Any
) -> None:
    """The trap that the product's own transport must avoid: httplib2 repeats a POST when the connection drops."""
    gmail.faults.plan(Fault("drop_after", method="messages.send", times=1))

    a_send(users).execute()

    assert users.getProfile(userId="me").execute()["messagesTotal"] == 2


def test_a_send_that_was_cut_before_it_was_taken_leaves_nothing(gmail: SimulatorServer, users: Any) -> None:
    gmail.faults.plan(Fault("drop_before", method="messages.send", times=None))

    with pytest.raises(OSError, match="."):
        a_send(users).execute()

    assert users.getProfile(userId="me").execute()["messagesTotal"] == 0


def test_latency_delays_an_answer_past_the_clients_patience(gmail: SimulatorServer) -> None:
    gmail.faults.plan(Fault("latency", seconds=0.5))

    with pytest.raises(TimeoutError):
        urlopen(
            Request(f"{gmail.url}/gmail/v1/users/me/profile", headers={"Authorization": "Bearer demo"}), timeout=0.05
        )


def test_a_revoked_mailbox_answers_401_and_its_refresh_token_is_dead(
    store: Store, gmail: SimulatorServer, users: Any
) -> None:
    def refreshed() -> str:
        made: Any = Credentials(
            None, refresh_token=SUPPORT, token_uri=f"{gmail.url}/token", client_id="c", client_secret="s"
        )  # type: ignore[no-untyped-call]  # google-auth has no types
        made.refresh(google.auth.transport.requests.Request())
        return str(made.token)

    assert users_of(gmail.url, refreshed()).getProfile(userId="me").execute()["emailAddress"] == SUPPORT
    lever(gmail, "revoke", {})

    with pytest.raises(HttpError) as refused:
        users.getProfile(userId="me").execute()
    with pytest.raises(google.auth.exceptions.RefreshError, match="expired or revoked"):
        refreshed()

    assert refused.value.status_code == 401
    lever(gmail, "revoke", {"revoked": False})
    assert users.getProfile(userId="me").execute()


def test_the_meter_charges_gmails_units(store: Store, gmail: SimulatorServer, users: Any) -> None:
    placed = arrives(store)
    users.threads().get(userId="me", id=placed.thread_id).execute()
    users.messages().get(userId="me", id=placed.message_id).execute()
    users.history().list(userId="me", startHistoryId=str(store.history_id(SUPPORT))).execute()
    a_send(users).execute()

    report = lever(gmail, "quota")

    assert report["units"] == 40 + 20 + 2 + 100
    assert report["calls"] == {"threads.get": 1, "messages.get": 1, "history.list": 1, "messages.send": 1}
    assert lever(gmail, "quota", method="DELETE")["units"] == 0


def test_every_method_a_client_can_call_has_its_price(gmail: SimulatorServer, store: Store) -> None:
    rules = create_app(Simulator(store)).url_map.iter_rules()

    assert {rule.endpoint for rule in rules if rule.rule.startswith("/gmail/")} == set(UNITS)


def test_limits_refuse_what_goes_over_them_and_charge_nothing_for_it(
    gmail: SimulatorServer, users: Any, clock: Clock
) -> None:
    lever(gmail, "quota", {"units_per_minute": 3, "code": 403})
    for _ in range(3):
        users.getProfile(userId="me").execute()
        clock.forward(seconds=10)
    with pytest.raises(HttpError, match="Queries per minute per user") as refused:
        users.getProfile(userId="me").execute()
    clock.forward(seconds=31)
    users.getProfile(userId="me").execute()

    report = lever(gmail, "quota")
    assert (refused.value.status_code, refused.value.error_details[0]["reason"]) == (403, "rateLimitExceeded")
    assert report["units_by_mailbox"] == {SUPPORT: 4}
    assert report["most_in_a_minute"] == {SUPPORT: 3}
    assert report["refused"] == {SUPPORT: 1}


def test_too_many_calls_at_once_are_refused(gmail: SimulatorServer, users: Any) -> None:
    lever(gmail, "quota", {"concurrent": 1})
    gmail.faults.plan(Fault("latency", "labels.list", seconds=1.0))
    slow = threading.Thread(target=lambda: users_of(gmail.url).labels().list(userId="me").execute())
    slow.start()
    while gmail.faults.planned():
        threading.Event().wait(0.01)
    with pytest.raises(HttpError, match="Too many concurrent requests for user"):
        users.getProfile(userId="me").execute()
    slow.join()
    assert users.getProfile(userId="me").execute()


def test_the_clock_can_be_moved_from_another_process(gmail: SimulatorServer, store: Store, clock: Clock) -> None:
    before = clock()
    assert lever(gmail, "clock", {"seconds": 90})["now"] == (before + timedelta(seconds=90)).isoformat()
    assert store.now() == before + timedelta(seconds=90)
    lever(gmail, "clock", {"at": "2026-12-01T08:00:00+00:00"})
    assert store.now() == datetime(2026, 12, 1, 8, tzinfo=UTC)


def test_half_an_answer_and_history_that_expires_between_two_calls(
    gmail: SimulatorServer, users: Any, store: Store
) -> None:
    start = str(store.history_id(SUPPORT))
    gmail.faults.plan(Fault("truncated", "profile.get"))
    gmail.faults.plan(Fault("expire_history", "history.list"))

    # Google's client hands over what is no JSON as text.
    assert users.getProfile(userId="me").execute().startswith('{"emailAddress"')
    with pytest.raises(HttpError) as forgotten:
        users.history().list(userId="me", startHistoryId=start).execute()
    assert forgotten.value.status_code == 404


def test_a_very_large_mailbox_is_there_in_no_time(store: Store, users: Any, clock: Clock) -> None:
    ids = fill(store, SUPPORT, 2_000, newest=clock(), apart=timedelta(minutes=1))
    first = users.threads().list(userId="me", maxResults=500).execute()
    assert [thread["id"] for thread in first["threads"]] == ids[:500]
    message = users.messages().get(userId="me", id=ids[-1]).execute()
    assert message["threadId"] == ids[-1]
    assert "0001999" in str(message["payload"]["headers"])


def test_another_process_can_play_the_whole_story_through_the_levers(gmail: SimulatorServer, users: Any) -> None:
    raw = b64encode(written()).decode()
    mail = lever(gmail, "deliver", {"raw": raw, "internalDate": 1795513680000, "labels": ["INBOX"]})
    thread = {"threadId": mail["threadId"]}
    reply = lever(gmail, "agent_reply", {**thread, "agent": ANA, "text": "On its way."})
    lever(gmail, "bounce", {"id": reply["id"], "recipient": "zofia@rowery.example"})
    lever(gmail, "draft", {**thread, "text": "Dear"})
    for act in ("archive", "restore", "spam", "restore", "trash", "restore"):
        lever(gmail, act, thread)

    state = lever(gmail, "state")

    [shown] = state["threads"]
    assert [message["labelIds"] for message in shown["messages"]] == [
        ["INBOX"],
        ["INBOX", "SENT"],
        ["INBOX", "UNREAD"],
        ["DRAFT"],
    ]
    assert shown["messages"][0]["internalDate"] == "1795513680000"
    lever(gmail, "expire_history", {})
    lever(gmail, "faults", {"kind": "status", "method": "history.list", "code": 429, "retry_after": 7})
    assert lever(gmail, "faults")["faults"][0]["code"] == 429
    assert lever(gmail, "faults", method="DELETE") == {"faults": []}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("archive", {}),
        ("faults", {"kind": "earthquake"}),
        ("faults", {"knd": "status"}),
        ("mailboxes", {}),
        ("deliver", {"raw": "%%%"}),
    ],
)
def test_a_lever_pulled_wrongly_says_so(gmail: SimulatorServer, path: str, body: dict[str, Any]) -> None:
    with pytest.raises(HTTPError) as refused:
        lever(gmail, path, body)

    assert refused.value.code == 400


def test_pages_of_other_sites_reach_neither_levers_nor_mail(gmail: SimulatorServer) -> None:
    form = Request(f"{gmail.url}/_sim/archive", b"threadId=1", {"Content-Type": "application/x-www-form-urlencoded"})
    rebound = Request(f"{gmail.url}/_sim/state", headers={"Host": "evil.example"})

    for request, code in ((form, 415), (rebound, 421)):
        with pytest.raises(HTTPError) as refused:
            urlopen(request, timeout=10)
        assert refused.value.code == code
