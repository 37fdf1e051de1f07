"""Mails through a relay: what a real mail server does on good days and bad ones, and what we make of it."""

from __future__ import annotations

import socket
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from inboxsla.errors import AccessLost, OutcomeUnknown, Refused, TryLater
from inboxsla.notify import compose
from inboxsla.notify.smtp import Relay, SmtpRelay
from tests.notify.tickets import ANA, SAY, item, notice, ticket
from tests.post import PASSWORD, USER, Post, a_certificate, a_post

DESK = "desk@relay.example"
BRIEF = timedelta(seconds=0.3)


def relay(post: Post, **more: object) -> Relay:
    return replace(Relay("127.0.0.1", post.port, tls="none"), **more)  # type: ignore[arg-type]


def a_mail(subject: str = "Refund", excerpt: str = "Hello") -> bytes:
    return compose(notice(item(ticket(subject=subject), excerpt=excerpt)), SAY).raw


def send(way: Relay, mail: bytes | None = None, to: str = ANA) -> list[str]:
    """Sends, and gives what was said about it."""
    told: list[str] = []
    SmtpRelay(way, told.append).send(a_mail() if mail is None else mail, DESK, to)
    return told


def test_what_was_composed_is_what_arrives_byte_by_byte(post: Post) -> None:
    mail = a_mail(excerpt=".a line that begins with a dot\n.\n..two")
    told = send(relay(post), mail)
    (arrived,) = post.arrived
    assert arrived.original_content == mail
    assert (arrived.mail_from, arrived.rcpt_tos) == (DESK, [ANA])
    assert told[-1] == f"127.0.0.1:{post.port} took the mail: 250 2.0.0 Queued"


@pytest.mark.parametrize(
    "dots", [b".\r\nA: b\r\n\r\nx\r\n.\r\n..\r\n", b"A: b\r\n\r\n\r\n.\r\nRCPT TO:<x@y.example>\r\n"]
)
def test_a_dot_on_a_line_of_its_own_does_not_end_the_mail(post: Post, dots: bytes) -> None:
    send(relay(post), dots)
    assert [one.original_content for one in post.arrived] == [dots]


def test_no_subject_adds_a_header_or_a_recipient_on_the_way(post: Post) -> None:
    send(relay(post), a_mail(subject="Lamp\r\nBcc: mallory@evil.example\r\n\r\n.\r\nMAIL FROM:<x@evil.example>"))
    (mail,) = post.mails
    assert post.mailed == [ANA]
    assert mail["Bcc"] is None
    assert "Lamp" in mail["Subject"]


@pytest.mark.parametrize(
    "address", ["ana@office.example>\r\nRCPT TO:<x@evil.example", "ana@office.example\nDATA", "ana"]
)
def test_no_address_smuggles_a_command(post: Post, address: str) -> None:
    with pytest.raises(Refused, match="no address that a mail server can be told"):
        send(relay(post), to=address)
    assert post.arrived == []


def test_a_refused_recipient_is_refused_for_good_with_the_servers_words(post: Post) -> None:
    post.refuses[ANA] = "550 5.1.1 No such user here"
    with pytest.raises(Refused, match=rf"takes no mail to {ANA}: 550 5.1.1 No such user here"):
        send(relay(post))


def test_greylisting_is_come_back_to_later(post: Post) -> None:
    post.refuses[ANA] = "451 4.7.1 Greylisted, come again"
    with pytest.raises(TryLater, match="Greylisted") as caught:
        send(relay(post))
    assert caught.value.wait == timedelta(minutes=5)
    post.refuses.clear()
    send(relay(post))
    assert post.mailed == [ANA]


def test_an_answer_after_the_content_is_believed(post: Post) -> None:
    post.answers = ["554 5.7.1 Looks like spam", "452 4.3.1 Disk full", "250 Fine"]
    with pytest.raises(Refused, match="Looks like spam"):
        send(relay(post))
    with pytest.raises(TryLater, match="Disk full"):
        send(relay(post))
    assert send(relay(post))[-1].endswith("250 Fine")
    assert len(post.arrived) == 1


def test_a_line_cut_after_the_content_leaves_it_open(post: Post) -> None:
    post.cuts = 1
    with pytest.raises(OutcomeUnknown, match="did not say whether it took the mail"):
        send(relay(post))
    assert post.mailed == [ANA], "it may well have gone out"


def test_a_server_that_hangs_after_the_content_leaves_it_open_in_time(post: Post) -> None:
    post.hangs = 1
    with pytest.raises(OutcomeUnknown, match="did not answer in time"):
        send(relay(post, timeout=BRIEF))


def test_a_server_that_says_nothing_at_all_has_taken_nothing() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as mute:
        mute_relay = Relay("127.0.0.1", mute.getsockname()[1], tls="none", timeout=BRIEF)
        with pytest.raises(TryLater, match=r"cannot be reached \(it did not answer in time\)"):
            send(mute_relay)


def test_a_server_that_is_not_there_is_tried_again_soon(post: Post) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(TryLater, match=f"127.0.0.1:{port} cannot be reached \\(Connection refused\\)") as caught:
        send(relay(post, port=port))
    assert caught.value.wait == timedelta(minutes=1)


def test_a_sender_that_is_refused_is_a_matter_of_the_settings_and_not_of_one_mail(post: Post) -> None:
    post.senders_refused[DESK] = "553 5.7.1 Not yours to send from"
    with pytest.raises(AccessLost, match=r"takes no mail from desk@relay.example.*smtp.from_address"):
        send(relay(post))


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_it_logs_in_and_a_wrong_password_says_so_without_saying_it() -> None:
    with a_post(login=True) as post:
        assert f"Logged in as {USER}." in send(relay(post, user=USER, password=PASSWORD))
        with pytest.raises(AccessLost, match="does not accept the user desk with this password: 535") as caught:
            send(relay(post, user=USER, password="not-it"))
        assert "not-it" not in str(caught.value)
        with pytest.raises(AccessLost, match=r"530.*Check smtp.user"):
            send(relay(post))
        with pytest.raises(AccessLost, match="no login can carry"):
            send(relay(post, user=USER, password="pässword"))
        assert post.mailed == [ANA]
    assert "hush" not in repr(relay(post, password=PASSWORD))


def test_a_login_where_there_is_none_says_how_to_do_without(post: Post) -> None:
    with pytest.raises(AccessLost, match="offers no login"):
        send(relay(post, user=USER, password=PASSWORD))


def test_starttls_and_tls_encrypt_and_look_who_is_there(tmp_path: Path) -> None:
    context, authority = a_certificate(tmp_path)
    with a_post(starttls=context) as post:
        told = send(relay(post, tls="starttls", ca_file=authority))
        assert any("encrypted (TLSv1.3)" in line for line in told)
        with pytest.raises(AccessLost, match=r"certificate that we cannot trust.*smtp.ca_file"):
            send(relay(post, tls="starttls"))
        with pytest.raises(AccessLost, match="530"):
            send(relay(post))
        assert post.encrypted == [True]
    with a_post(tls=context) as post:
        send(relay(post, tls="tls", ca_file=authority))
        assert post.mailed == [ANA]


def test_a_server_without_encryption_gets_no_mail_that_is_to_be_encrypted(post: Post, tmp_path: Path) -> None:
    with pytest.raises(AccessLost, match="offers no STARTTLS"):
        send(relay(post, tls="starttls"))
    with pytest.raises(AccessLost, match=r"smtp.tls fits the port"):
        send(relay(post, tls="tls"))
    with pytest.raises(AccessLost, match="ca_file"):
        send(relay(post, tls="tls", ca_file=tmp_path / "nothing.pem"))
    assert post.arrived == []
