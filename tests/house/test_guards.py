"""The guards of conftest.py do stop what they are there to stop."""

from __future__ import annotations

import socket
from urllib.request import urlopen

import pytest


def test_a_connection_to_another_machine_fails_the_test() -> None:
    with pytest.raises(pytest.fail.Exception, match=r"reached out to 203\.0\.113\.9.*127\.0\.0\.1"):
        socket.create_connection(("203.0.113.9", 80), timeout=1)


def test_looking_up_a_name_elsewhere_fails_the_test_even_through_a_library() -> None:
    with pytest.raises(pytest.fail.Exception, match="reached out to gmail.example"):
        urlopen("http://gmail.example/")


def test_this_machine_may_be_talked_to() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()
