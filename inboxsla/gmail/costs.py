"""What Gmail charges for each method, in quota units, as Google publishes it."""

from __future__ import annotations

UNITS = {
    "getProfile": 1,
    "labels.list": 1,
    "labels.get": 1,
    "settings.sendAs.list": 1,
    "settings.sendAs.get": 1,
    "settings.getVacation": 1,
    "settings.delegates.list": 1,
    "history.list": 2,
    "labels.create": 5,
    "labels.patch": 5,
    "labels.update": 5,
    "labels.delete": 5,
    "messages.list": 5,
    "messages.modify": 5,
    "messages.untrash": 5,
    "threads.list": 10,
    "threads.modify": 10,
    "attachments.get": 20,
    "messages.attachments.get": 20,
    "messages.get": 20,
    "messages.trash": 20,
    "threads.trash": 20,
    "threads.get": 40,
    "messages.batchModify": 50,
    "stop": 50,
    "messages.send": 100,
    "watch": 100,
}
# A method that is not in the table is taken for one of the dearest.
DEAREST = 100


def units(method: str) -> int:
    """The price of one call; `method` as in Google's discovery document, without `gmail.users.`."""
    return UNITS.get(method, DEAREST)


def cheaper(wanted: int, *, rest_wanted: bool) -> str:
    """How to get `wanted` messages of one thread, and with `rest_wanted` its others too: "messages.get" for each, or one
    "threads.get". Where the price is the same, the one call."""
    singly = wanted * UNITS["messages.get"]
    return "messages.get" if not rest_wanted and singly < UNITS["threads.get"] else "threads.get"
