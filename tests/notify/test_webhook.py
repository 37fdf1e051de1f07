"""Where a webhook may lead, and what is said when it may not."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from threading import Event

import pytest

from inboxsla.errors import Refused, TryLater
from inboxsla.notify import webhook
from inboxsla.notify.resolver import Resolver
from inboxsla.supervisor import ports
from tests.post import a_certificate
from tests.services.listening import Listening, listening

BRIEF = timedelta(seconds=0.1)
# The beginning of something encrypted that would be 16 kB long.
BEGINNING, DRIPS = b"\x16\x03\x03\x40\x00", 200


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.5", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "::1", "fe80::1", "fd00:ec2::254", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1", "::127.0.0.1", "64:ff9b:1::7f00:1", "fec0::1",
    ],
)  # fmt: skip
def test_nothing_that_leads_within_passes_for_public(address: str) -> None:
    assert not webhook.is_public(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14"])
def test_what_is_on_the_internet_is_public(address: str) -> None:
    assert webhook.is_public(ip_address(address))


def test_what_is_refused_is_said_without_the_address_which_may_be_a_secret() -> None:
    with pytest.raises(Refused, match="leads into a private network") as refused:
        webhook.post("https://localhost/token=abc", b"", {}, allow_private=False, resolver=Resolver())

    assert "token" not in str(refused.value)


@pytest.fixture
def encrypted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listening]:
    """A server at 127.0.0.1 whose certificate says so, and is trusted."""
    tls, trusted = a_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with listening(tls) as server:
        yield server


def posted(url: str, resolver: Resolver, timeout: timedelta = webhook.TIMEOUT) -> None:
    webhook.post(url, b"{}", {"Idempotency-Key": "1"}, allow_private=True, resolver=resolver, timeout=timeout)


def test_what_is_posted_is_encrypted_for_whom_the_address_names(encrypted: Listening) -> None:
    here = Resolver()
    posted(f"{encrypted.url}/hooks?token=abc", here)

    (post,) = encrypted.posts
    assert (post.path, post.raw, post.headers["Host"]) == ("/hooks?token=abc", b"{}", encrypted.url.partition("//")[2])
    elsewhere = encrypted.url.replace("127.0.0.1", "localhost")
    with pytest.raises(TryLater, match=r"its certificate is not accepted \(Hostname mismatch\)"):
        posted(elsewhere, here)
    assert len(encrypted.posts) == 1


def test_what_is_wrong_is_said_in_words() -> None:
    here = Resolver()
    with listening() as server, pytest.raises(TryLater, match="it does not take an encrypted connection"):
        posted(server.url.replace("http://", "https://"), here)
    with pytest.raises(TryLater, match=r"it cannot be reached \(Connection refused\)"):
        posted(f"http://127.0.0.1:{ports.first_free('127.0.0.1', 20000)}", here)


def test_what_was_looked_up_once_is_where_it_goes_whatever_the_next_look_up_says() -> None:
    """A name that is public when it is checked and leads within afterwards."""
    answers: list[Sequence[str]] = [["127.0.0.1"]]
    with listening() as server:
        posted(server.url.replace("127.0.0.1", "pager.example"), Resolver(lambda host, port: answers.pop()))

        assert [post.headers["Host"] for post in server.posts] == [
            server.url.replace("http://127.0.0.1", "pager.example")
        ]


def test_a_look_up_that_hangs_is_not_waited_for_and_is_not_begun_again_before_it_ends() -> None:
    asked: list[str] = []
    ends = Event()

    def hangs(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        ends.wait()
        return ["127.0.0.1"]

    resolver = Resolver(hangs)
    with listening() as server:
        url = server.url.replace("127.0.0.1", "pager.example")
        for _ in range(3):
            with pytest.raises(TryLater, match="could not be looked up within 0 s"):
                posted(url, resolver, timedelta(seconds=0.01))
        assert asked == ["pager.example"]
        ends.set()
        posted(url, resolver)
        posted(url, resolver)
        assert len(server.posts) == 2


def test_a_name_that_is_not_there_is_said_to_be_so_every_time() -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    resolver = Resolver(unknown)
    for _ in range(2):
        with pytest.raises(TryLater, match="its address cannot be found"):
            posted("https://pager.example/hooks", resolver)


def test_whoever_never_comes_to_the_end_of_agreeing_on_encryption_is_left_in_time_as_well() -> None:
    """A server that takes who calls and sends a byte now and then, which makes nothing whole."""
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:
        sent = pool.submit(drip, server)
        with pytest.raises(TryLater, match="it did not answer within 0 s"):
            posted(f"https://127.0.0.1:{server.getsockname()[1]}", Resolver(), BRIEF)

        assert sent.result() < DRIPS


def test_whoever_never_comes_to_the_end_of_an_answer_is_left_in_time_though_it_is_encrypted(
    encrypted: Listening,
) -> None:
    encrypted.hangs = True
    with pytest.raises(TryLater, match="it did not answer within 0 s"):
        posted(encrypted.url, Resolver(), BRIEF)


def drip(server: socket.socket) -> int:
    """How many bytes the caller was sent before they hung up."""
    caller, _ = server.accept()
    with caller:
        for nth, byte in enumerate(BEGINNING + bytes(DRIPS)):
            try:
                caller.send(bytes([byte]))
            except OSError:
                return nth
            Event().wait(0.02)
    return DRIPS
