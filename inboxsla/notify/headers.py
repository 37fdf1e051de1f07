"""The headers of our mails, written so that any name and any subject reads back as it was."""

from __future__ import annotations

import re
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.policy import EmailPolicy
from typing import Any

from inboxsla.notify.plain import display_name

_MESSAGE_ID = re.compile(r"[!-;=?-~]{1,900}")
# No mail server takes a longer one (RFC 5321, 4.5.3.1.3).
_LONGEST_ADDRESS = 254
# Characters that a line of a header may have.
_LONGEST_LINE = 998
_WITH_FREE_TEXT = frozenset({"Subject", "From", "To"})
# What programs look up, which know nothing of encoded words: Message-IDs and links.
_FOR_PROGRAMS = frozenset({"In-Reply-To", "References", "List-Unsubscribe"})


class _Folding(EmailPolicy):
    """The policy of the mail, with free text encoded by the older of the standard library's two encoders.

    The newer one loses or adds spaces where it folds long lines of mixed scripts, and encodes whatever has no space where a
    line ends, as most Message-IDs of Exchange and every signed link (both seen in Python 3.11).
    """

    def fold(self, name: str, value: Any) -> str:
        if name in _FOR_PROGRAMS:
            return f"{name}: " + "\r\n ".join(str(value).split()) + "\r\n"
        if name not in _WITH_FREE_TEXT:
            return str(super().fold(name, value))
        if name == "Subject":
            return f"{name}: {_encoded(str(value), name)}\r\n"
        (who,) = value.addresses
        if not who.display_name:
            return f"{name}: {who.addr_spec}\r\n"
        shown = f'"{who.display_name}"' if who.display_name.isascii() else _encoded(who.display_name, name)
        return f"{name}: {shown} <{who.addr_spec}>\r\n"

    def fold_binary(self, name: str, value: Any) -> bytes:
        return self.fold(name, value).encode("ascii")


POLICY = _Folding(linesep="\r\n")


def address(name: str, spec: str) -> Address:
    """A name and an address fit for From or To. Raises ValueError for what is not an address."""
    if not spec.isascii() or not spec.isprintable() or len(spec) > _LONGEST_ADDRESS:
        raise ValueError(f"{spec!r} is not an address that mails can go to or come from")
    try:
        return Address(display_name(name), addr_spec=spec)
    except (MessageError, ValueError, IndexError) as wrong:
        raise ValueError(f"{spec!r} is not an address that mails can go to or come from") from wrong


def is_message_id(text: str) -> bool:
    """Whether it may stand between angle brackets where a mail names another."""
    return _MESSAGE_ID.fullmatch(text) is not None


def answering(raw: bytes, message_id: str) -> bytes:
    """A finished mail as an answer to `message_id` (without angle brackets). Raises ValueError for what is no Message-ID."""
    if not is_message_id(message_id):
        raise ValueError(f"{message_id!r} is not a Message-ID")
    return f"In-Reply-To: <{message_id}>\r\nReferences: <{message_id}>\r\n".encode("ascii") + raw


def _encoded(text: str, name: str) -> str:
    # A word that fits on no line has to be encoded to be broken.
    fits = text.isascii() and all(len(word) < _LONGEST_LINE - len(name) - 2 for word in text.split(" "))
    charset = "us-ascii" if fits else "utf-8"
    return Header(text, charset, header_name=name).encode(linesep="\r\n")
