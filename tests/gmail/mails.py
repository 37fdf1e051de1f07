"""Mails for the tests of reading: made here, never copied from anybody's mailbox."""

from __future__ import annotations

import base64
import email
import email.message
import email.policy
from typing import Any

from inboxsla.gmail.message import ParsedMessage

SUPPORT = "support@lumenvelo.example"


def mail(body: str = "The rear light flickers.", **headers: str) -> bytes:
    """A mail from Kofi to the shop; keyword `auto_submitted` sets Auto-Submitted, and None-like "" leaves a header out."""
    fields = {
        "From": "Kofi Mensah <kofi@customer.example>",
        "To": SUPPORT,
        "Subject": "Rear light",
        "Message-ID": "<1@customer.example>",
    }
    for name, value in headers.items():
        fields[name.replace("_", "-")] = value
    return ("".join(f"{name}: {value}\r\n" for name, value in fields.items() if value) + "\r\n" + body).encode()


def as_gmail(raw: bytes) -> dict[str, Any]:
    """The payload Gmail would give for this mail: transfer encodings undone, bodies in base64url, headers unfolded."""
    return _node(email.message_from_bytes(raw, policy=email.policy.compat32))


def _node(part: email.message.Message[str, str]) -> dict[str, Any]:
    headers = [
        {"name": name.upper(), "value": str(value).replace("\r\n", "").replace("\n", "")}
        for name, value in part.items()
    ]
    node: dict[str, Any] = {
        "mimeType": part.get_content_type(),
        "filename": part.get_filename() or "",
        "headers": headers,
        "body": {"size": 0},
    }
    if part.is_multipart():
        node["parts"] = [_node(child) for child in part.get_payload()]  # type: ignore[arg-type]
        return node
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    node["body"] = {"size": len(data), "data": base64.urlsafe_b64encode(data).decode()}
    return node


def essence(message: ParsedMessage) -> dict[str, object]:
    return {name: getattr(message, name) for name in ParsedMessage.__slots__ if name not in ("size", "headers")}
