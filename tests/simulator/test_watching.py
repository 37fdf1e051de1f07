"""watch, stop and Pub/Sub, as Google's own client and a subscriber see them."""

from __future__ import annotations

import base64
import json
from typing import Any

import httplib2
import pytest
from google.oauth2.credentials import Credentials
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from inboxsla.gmail.simulator import SimulatorServer, Store

from .conftest import SUPPORT, Clock, arrives
from .test_bad_days import lever

TOPIC, NAME = "projects/p/topics/t", "projects/p/subscriptions/s"
BODY = {"topicName": TOPIC, "labelIds": ["INBOX", "SENT"], "labelFilterBehavior": "include"}


@pytest.fixture
def subscriptions(gmail: SimulatorServer) -> Any:
    gmail.pubsub.subscribe(NAME, TOPIC)
    credentials = Credentials(token=SUPPORT)  # type: ignore[no-untyped-call]  # google-auth has no types
    return (
        build(
            "pubsub", "v1", http=AuthorizedHttp(credentials, http=httplib2.Http(timeout=10)), static_discovery=True,
            cache_discovery=False, client_options={"api_endpoint": gmail.url},
        )
        .projects()
        .subscriptions()
    )  # fmt: skip


def pulled(subscriptions: Any) -> list[tuple[str, dict[str, Any]]]:
    body = {"maxMessages": 10, "returnImmediately": True}
    answer = subscriptions.pull(subscription=NAME, body=body).execute()
    received = answer.get("receivedMessages", [])
    return [(each["ackId"], json.loads(base64.b64decode(each["message"]["data"]))) for each in received]


def taken(subscriptions: Any) -> int:
    """How many notices there are; they are acknowledged."""
    found = pulled(subscriptions)
    subscriptions.acknowledge(subscription=NAME, body={"ackIds": [ack_id for ack_id, _ in found]}).execute()
    return len(found)


def test_a_watch_tells_at_once_and_then_of_every_change_of_its_labels(
    users: Any, gmail: SimulatorServer, store: Store, clock: Clock, subscriptions: Any
) -> None:
    answer = users.watch(userId="me", body=BODY).execute()
    assert int(answer["expiration"]) == int(clock().timestamp() * 1000) + 7 * 24 * 3600 * 1000
    assert answer["historyId"] == str(store.history_id(SUPPORT))
    thread = arrives(store).thread_id
    store.archive(SUPPORT, thread)
    store.relabel(SUPPORT, thread, add=("STARRED",))  # on neither label any more
    notices = [notice for _, notice in pulled(subscriptions)]
    assert len(notices) == 3
    assert notices[0]["historyId"] == int(answer["historyId"])
    assert {notice["emailAddress"] for notice in notices} == {SUPPORT}


def test_what_is_not_acknowledged_comes_again(
    users: Any, gmail: SimulatorServer, clock: Clock, subscriptions: Any
) -> None:
    users.watch(userId="me", body=BODY).execute()
    ((ack_id, notice),) = pulled(subscriptions)
    assert pulled(subscriptions) == []
    clock.forward(seconds=11)
    ((second, again),) = pulled(subscriptions)
    assert again == notice
    subscriptions.acknowledge(subscription=NAME, body={"ackIds": [second, ack_id, "unknown"]}).execute()
    clock.forward(seconds=11)
    assert pulled(subscriptions) == []


def test_a_watch_ends_when_it_is_stopped_or_a_week_is_over(
    users: Any, store: Store, clock: Clock, subscriptions: Any
) -> None:
    users.watch(userId="me", body=BODY).execute()
    assert users.stop(userId="me").execute() in ("", b"")
    arrives(store)
    assert taken(subscriptions) == 1
    users.watch(userId="me", body=BODY).execute()
    clock.forward(days=7)
    arrives(store)
    assert taken(subscriptions) == 1


def test_a_topic_that_is_not_there_or_that_gmail_may_not_write_to_is_refused(
    users: Any, gmail: SimulatorServer
) -> None:
    with pytest.raises(HttpError, match="Resource not found") as missing:
        users.watch(userId="me", body=BODY).execute()
    assert missing.value.status_code == 404
    gmail.pubsub.forbidden.add(TOPIC)
    with pytest.raises(HttpError, match="not authorized") as forbidden:
        users.watch(userId="me", body=BODY).execute()
    assert forbidden.value.status_code == 403


def test_other_processes_subscribe_and_make_mischief(
    gmail: SimulatorServer, users: Any, store: Store, subscriptions: Any
) -> None:
    lever(gmail, "subscription", {"name": NAME, "topic": TOPIC})
    users.watch(userId="me", body=BODY).execute()
    lever(gmail, "mischief", {"next": ["lose", "twice", "hold", "hold"]})
    for n in range(4):
        arrives(store, subject=f"Lamp {n} flickers")
    before = [notice["historyId"] for _, notice in pulled(subscriptions)]
    assert len(before) == 3
    assert before[1] == before[2]
    lever(gmail, "mischief", {"release": True})
    late = [notice["historyId"] for _, notice in pulled(subscriptions)]
    assert late == sorted(late, reverse=True)
    assert len(late) == 2
