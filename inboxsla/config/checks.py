"""What can be wrong between keys that are each right. Reads raw values, so that it speaks even when others are wrong too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from inboxsla.config import mail_settings, sign_in
from inboxsla.config.places import Path as Key
from inboxsla.domain.nearest import did_you_mean

Complaint = tuple[Key, str]


def across(tree: Mapping[str, Any]) -> Iterator[Complaint]:
    """Complaints about the whole configuration, each with the key it is best pointed at."""
    yield from _thresholds(tree.get("policy"))
    yield from _twice(tree, "mailboxes", "mailbox")
    yield from _twice(tree, "people", "person")
    yield from _mailboxes_of_people(tree)
    yield from _push(tree.get("push"))
    yield from _one_client(tree.get("google"))
    yield from sign_in.complaints(tree)
    yield from mail_settings.complaints(tree)
    yield from _webhooks_of_steps(tree)


def _one_client(google: Any) -> Iterator[Complaint]:
    if not isinstance(google, Mapping):
        return
    if google.get("client_file") and google.get("client_id"):
        yield ("google", "client_file"), "client_file and client_id both name an OAuth client. Keep one of them."
    elif google.get("client_secret") and not google.get("client_id"):
        yield (
            ("google", "client_secret"),
            "client_secret belongs to a client_id, and there is none. Write it beside it.",
        )


def _thresholds(policy: Any) -> Iterator[Complaint]:
    if not isinstance(policy, Mapping):
        return
    medium, urgent = policy.get("medium_at", 50), policy.get("urgent_at", 75)
    if not (str(medium).isdecimal() and str(urgent).isdecimal()):
        return
    if not 0 < int(medium) < int(urgent) < 100:
        key = "urgent_at" if "urgent_at" in policy else "medium_at"
        yield ("policy", key), f"medium_at {medium} and urgent_at {urgent} must rise between 0 and 100."


def _twice(tree: Mapping[str, Any], name: str, what: str) -> Iterator[Complaint]:
    seen: set[str] = set()
    for index, address in _addresses(tree, name):
        if address in seen:
            yield (name, index, "address"), f"“{address}” is there twice. Put what belongs to this {what} in one place."
        seen.add(address)


def _mailboxes_of_people(tree: Mapping[str, Any]) -> Iterator[Complaint]:
    known = sorted({address for _, address in _addresses(tree, "mailboxes")})
    for index, person in _tables(tree, "people"):
        written = person.get("mailboxes")
        for nth, address in enumerate(written if isinstance(written, list) else ()):
            if str(address).strip().lower() not in known:
                reason = f"“{address}” is not one of the mailboxes.{did_you_mean(str(address), known)}"
                yield ("people", index, "mailboxes", nth), reason


def _webhooks_of_steps(tree: Mapping[str, Any]) -> Iterator[Complaint]:
    policy, webhooks = tree.get("policy"), tree.get("webhooks")
    known = [str(name).lower() for name in webhooks] if isinstance(webhooks, Mapping) else []
    for nth, step in _tables(policy, "ladder") if isinstance(policy, Mapping) else ():
        written = step.get("webhook", ())
        for name in [written] if isinstance(written, str) else written if isinstance(written, list) else ():
            if str(name).strip().lower() not in known:
                hint = did_you_mean(str(name), known) or f" Write [webhooks.{name}] with its url and secret."
                yield ("policy", "ladder", nth, "webhook"), f"“{name}” is not one of the webhooks.{hint}"


_NEEDED = {
    "push": {
        "topic": "the Pub/Sub topic that Gmail writes to",
        "service_account": "the account whose signature Pub/Sub puts under each push",
    },
    "pull": {
        "topic": "the Pub/Sub topic that Gmail writes to",
        "subscription": "the subscription to pull from",
        "credentials": "the key file that may read the subscription",
    },
}


def _push(push: Any) -> Iterator[Complaint]:
    """What a way needs beside its name."""
    way = push.get("way") if isinstance(push, Mapping) else None
    for key, meaning in (_NEEDED.get(way, {}) if isinstance(way, str) else {}).items():
        if not push.get(key):
            place = ("push", key) if key in push else ("push", "way")
            yield place, f"way “{way}” needs {key}: {meaning}. docs/pushing.md says how to get it."


def _addresses(tree: Mapping[str, Any], name: str) -> list[tuple[int, str]]:
    return [
        (index, str(table["address"]).strip().lower()) for index, table in _tables(tree, name) if "address" in table
    ]


def _tables(tree: Mapping[str, Any], name: str) -> list[tuple[int, Mapping[str, Any]]]:
    tables = tree.get(name)
    if not isinstance(tables, list):
        return []
    return [(index, table) for index, table in enumerate(tables) if isinstance(table, Mapping)]
