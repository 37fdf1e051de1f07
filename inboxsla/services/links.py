"""Addresses that pages and mails point to."""

from __future__ import annotations

from urllib.parse import quote

from inboxsla.config import Settings


def ticket_url(settings: Settings, ticket_id: int) -> str:
    return f"{settings.server.url}/tickets/{ticket_id}"


def act_url(settings: Settings, token: str) -> str:
    """Where a link in a mail leads that does something."""
    return f"{settings.server.url}/act/{token}"


def mails_url(settings: Settings) -> str:
    """Where people choose which mails they get."""
    return f"{settings.server.url}/account/mails"


def board_url(settings: Settings) -> str:
    return f"{settings.server.url}/tickets"


def gmail_url(settings: Settings, mailbox: str, thread_id: str) -> str:
    """The thread in Gmail, with the right account; in the demo, in the preview of it."""
    if settings.demo:
        return f"{settings.server.url}/addon/preview#/t/{quote(thread_id)}"
    return f"https://mail.google.com/mail/?authuser={quote(mailbox)}#all/{quote(thread_id)}"
