"""A stub of Google and mailboxes opened at it."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest
from google.oauth2.credentials import Credentials

from inboxsla.gmail.google import GoogleMailbox, static_credentials
from tests.gmail.stub_google import Connect, StubGoogle


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
