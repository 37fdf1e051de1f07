"""Notices to customers: whatever they answer, it stays a mail, and mail programs find the conversation."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from inboxsla.domain.courtesy import CustomerNotice
from inboxsla.notify.customer import CustomerMail, Saying, compose_for_customer

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
# As Exchange makes them: longer than a line may be before it is folded.
LONG = "AM0PR04MB7890A1B2C3D4E5F60718293A4B5C6D7E8F90@AM0PR04MB7890.eurprd04.prod.outlook.com"


def raw(subject: str = "Lamp", answers: tuple[str, ...] = ()) -> bytes:
    saying = Saying(CustomerNotice.ACKNOWLEDGE, "Zofia", NOW, "Europe/Berlin")
    mail = CustomerMail("ab" * 12, "support@lumenvelo.example", "zofia@rowery.example", subject, answers, NOW, saying)
    return compose_for_customer(mail).raw


def read(letter: bytes) -> EmailMessage:
    return message_from_bytes(letter, policy=policy.default)


def test_the_conversation_is_named_so_that_programs_find_it_however_long_its_ids_are() -> None:
    head = raw(answers=("root@poczta.example", LONG))
    assert f"\r\nIn-Reply-To: <{LONG}>\r\n".encode() in head
    assert f"\r\nReferences: <root@poczta.example>\r\n <{LONG}>\r\n".encode() in head


@pytest.mark.parametrize(
    "subject", ["x" * 2000, "é" * 2000, "word " * 400, "a\r\nBcc: x@evil.example", "=?utf-8?q?=0A?="]
)
def test_no_subject_adds_a_header_or_makes_a_line_that_mail_servers_cut(subject: str) -> None:
    letter = raw(subject, ("bad id\r\nBcc: x@evil.example",))
    assert max(map(len, letter.split(b"\r\n"))) <= 998
    assert read(letter).keys() == read(raw()).keys()
    assert str(read(letter)["Subject"]).startswith("Re: ")
