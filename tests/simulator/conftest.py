from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from typing import Any

import httplib2
import pytest
from google.oauth2.credentials import Credentials
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build

from inboxsla.gmail.simulator import Placed, SimulatorServer, Store
from inboxsla.gmail.simulator.letters import letter

SUPPORT = "support@lumenvelo.example"
ZOFIA = "Zofia Wiśniewska <zofia@rowery.example>"
ANA = "ana@lumenvelo.example"


class Clock:
    """Stands still until moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 24, 9, 48, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> None:
        self.at += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> Iterator[Store]:
    opened = Store(":memory:", now=clock, seed=7)
    opened.add_mailbox(SUPPORT, aliases=["help@lumenvelo.example"])
    yield opened
    opened.close()


@pytest.fixture
def gmail(store: Store) -> Iterator[SimulatorServer]:
    with SimulatorServer(store) as server:
        yield server


def users_of(url: str, token: str = SUPPORT) -> Any:
    """Google's own client, pointed at the simulator."""
    credentials = Credentials(token=token)  # type: ignore[no-untyped-call]  # google-auth has no types
    transport = AuthorizedHttp(credentials, http=httplib2.Http(timeout=10), refresh_status_codes=())
    return build(
        "gmail",
        "v1",
        http=transport,
        static_discovery=True,
        cache_discovery=False,
        client_options={"api_endpoint": url},
    ).users()


@pytest.fixture
def users(gmail: SimulatorServer) -> Any:
    return users_of(gmail.url)


def written(
    subject: str = "Refund for order 1182 still missing",
    text: str = "Where is my refund?",
    sender: str = ZOFIA,
    **more: Any,
) -> bytes:
    at = more.pop("at", datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
    return letter(sender=sender, to=more.pop("to", SUPPORT), subject=subject, text=text, at=at, **more)


def arrives(
    store: Store, subject: str = "Refund for order 1182 still missing", text: str = "Where is my refund?", **more: Any
) -> Placed:
    """A customer's mail comes in; `at` is when."""
    where = {key: more.pop(key) for key in ("labels", "thread_id", "at") if key in more}
    return store.deliver(SUPPORT, written(subject, text, **more), **where)


def everything(users: Any, start: str, **more: Any) -> list[dict[str, Any]]:
    """All history records since `start`, over all pages."""
    records: list[dict[str, Any]] = []
    request = users.history().list(userId="me", startHistoryId=start, **more)
    while request is not None:
        answer = request.execute()
        records += answer.get("history", [])
        request = users.history().list_next(request, answer)
    return records


def address_of(header: str) -> str:
    return parseaddr(header)[1]
