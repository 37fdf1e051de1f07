"""What InboxSLA says by mail: a notice in, a letter out. Nothing here sends; the Gmail port does."""

from inboxsla.notify.compose import alarm, compose, search_token
from inboxsla.notify.notice import Alarm, Item, Letter, Matter, Notice, Offer, Stands, Told
from inboxsla.notify.sentences import next_words, why_words

__all__ = [
    "Alarm",
    "Item",
    "Letter",
    "Matter",
    "Notice",
    "Offer",
    "Stands",
    "Told",
    "alarm",
    "compose",
    "next_words",
    "search_token",
    "why_words",
]
