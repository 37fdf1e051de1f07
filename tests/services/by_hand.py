"""What people do with labels in Gmail's own pages and apps."""

from __future__ import annotations

from typing import Any

import google_auth_httplib2

from inboxsla.gmail.google import static_credentials
from inboxsla.gmail.service import calls
from inboxsla.gmail.transport import KeepAliveHttp
from inboxsla.services import runs
from tests.builders import SUPPORT, Desk


def ask(desk: Desk, resource: str, method: str, **values: Any) -> Any:
    """One call over Google's own client, such as `labels`, `delete`."""
    wire = google_auth_httplib2.AuthorizedHttp(static_credentials(SUPPORT), http=KeepAliveHttp(10))
    request = getattr(getattr(calls(desk.server.url), resource), method)(userId="me", **values)
    return request.execute(http=wire)


def label_id(desk: Desk, name: str) -> str:
    """The id of the label that is called so now."""
    return next(label.id for label in desk.gmail(SUPPORT).labels() if label.name == name)


def names(desk: Desk) -> set[str]:
    """What the labels that people see are called now."""
    return {label.name for label in desk.gmail(SUPPORT).labels() if label.kind == "user"}


def put(desk: Desk, thread: str, *wanted: str) -> None:
    """Somebody puts labels on a thread, all at once."""
    desk.store.relabel(SUPPORT, thread, add=[label_id(desk, name) for name in wanted])


def take_off(desk: Desk, thread: str, *unwanted: str) -> None:
    desk.store.relabel(SUPPORT, thread, remove=[label_id(desk, name) for name in unwanted])


def rename(desk: Desk, old: str, new: str) -> None:
    ask(desk, "labels", "patch", id=label_id(desk, old), body={"name": new})


def delete(desk: Desk, name: str) -> None:
    ask(desk, "labels", "delete", id=label_id(desk, name))


def shown(desk: Desk, thread: str) -> set[str]:
    """What a person sees on the thread: every label that is on any of its messages, Gmail's own left out."""
    client = desk.gmail(SUPPORT)
    called = {label.id: label.name for label in client.labels() if label.kind == "user"}
    return {called[x] for message in client.thread(thread).messages for x in message.label_ids if x in called}


def handled(desk: Desk) -> None:
    """One sync, as a worker runs it, and what it rings for."""
    runs.sync(desk.ports, [desk.id])
    desk.deliver()
