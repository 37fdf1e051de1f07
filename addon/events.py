"""What Gmail posts when a thread is opened or something is clicked, read so that nothing in it can do harm."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from addon.cards.face import PARAMETER

_MOST_FIELDS, _LONGEST_VALUE = 50, 20_000
_MOST_RECIPIENTS = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# "msg-f:1786…" is Gmail's own id in decimal; "msg-a:r-…" and "thread-a:r…" stand for one that only Gmail can look up.
_DECIMAL = re.compile(r"(?:msg|thread)-f:(\d{1,20})")
_ALIAS = re.compile(r"(?:msg|thread)-a:[A-Za-z0-9_:-]{1,128}")
_HEX = re.compile(r"[0-9a-f]{1,32}")
_LARGEST = 2**64


class NotAnEvent(Exception):
    """What was posted is not an event of Gmail's."""


@dataclass(frozen=True, slots=True)
class GmailId:
    """`hex` is how Gmail's API writes it, empty where only `alias` is known; both are empty where there is none."""

    hex: str = ""
    alias: str = ""

    @property
    def asked(self) -> str:
        """What Gmail's API can be asked for."""
        return self.hex or self.alias


@dataclass(frozen=True, slots=True)
class Posted:
    """`zone` is IANA, empty where Gmail told none we know. `form` are the fields that were filled in, as plain strings."""

    platform: str = ""
    zone: str = ""
    parameter: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    message: GmailId = GmailId()
    thread: GmailId = GmailId()
    recipients: frozenset[str] = frozenset()
    message_token: str = ""
    user_token: str = ""
    identity: str = ""
    scopes: frozenset[str] | None = None


def read(body: bytes) -> Posted:
    """Raises NotAnEvent for anything but a JSON object; what is missing or odd in it is left out."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        raise NotAnEvent from None
    if not isinstance(event, dict):
        raise NotAnEvent
    common, allowed, gmail = (
        _object(event, name) for name in ("commonEventObject", "authorizationEventObject", "gmail")
    )
    scopes = allowed.get("authorizedScopes")
    return Posted(
        platform=_text(common, "platform"),
        zone=_zone(_text(_object(common, "timeZone"), "id")),
        parameter=_text(_object(common, "parameters"), PARAMETER),
        form=_form(_object(common, "formInputs")),
        message=gmail_id(_text(gmail, "messageId")),
        thread=gmail_id(_text(gmail, "threadId")),
        recipients=frozenset(_recipients(gmail)),
        message_token=_text(gmail, "accessToken"),
        user_token=_text(allowed, "userOAuthToken"),
        identity=_text(allowed, "userIdToken"),
        scopes=frozenset(map(str, scopes)) if isinstance(scopes, list) else None,
    )


def gmail_id(text: str) -> GmailId:
    """An id in any of the forms Gmail uses; without a value for what is none of them."""
    text = text.strip().lstrip("#")
    if found := _DECIMAL.fullmatch(text):
        number = int(found[1])
        return GmailId(hex=f"{number:x}") if 0 < number < _LARGEST else GmailId()
    if _ALIAS.fullmatch(text):
        return GmailId(alias=text)
    return GmailId(hex=text.lower()) if _HEX.fullmatch(text.lower()) else GmailId()


def _object(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = of.get(name)
    return found if isinstance(found, dict) else {}


def _text(of: Mapping[str, Any], name: str) -> str:
    found = of.get(name)
    return found[:_LONGEST_VALUE] if isinstance(found, str) else ""


@cache
def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ""
    return name


def _zone(name: str) -> str:
    # Only what looks like a zone may end up in the cache, and in a path below the zones' folder.
    return _known_zone(name) if re.fullmatch(r"[A-Za-z][A-Za-z0-9_+-]{0,30}(/[A-Za-z0-9_+-]{1,30}){0,2}", name) else ""


def _recipients(gmail: Mapping[str, Any]) -> list[str]:
    found = []
    for name in ("toRecipients", "ccRecipients", "bccRecipients"):
        given = gmail.get(name)
        for each in given[:_MOST_RECIPIENTS] if isinstance(given, list) else ():
            if isinstance(each, str):
                # "Ana Ruiz <ana@example.org>" and a bare address are both common.
                found.append(each.rpartition("<")[2].rstrip("> ").strip().lower())
    return found


def _form(inputs: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for name, given in list(inputs.items())[:_MOST_FIELDS]:
        if isinstance(given, dict) and (value := _value(given)):
            found[str(name)] = value
    return found


def _value(given: Mapping[str, Any]) -> str:
    """One field as a form on a page would give it; instants are the reader's wall time, without a zone."""
    if "stringInputs" in given:
        values = _object(given, "stringInputs").get("value")
        some = values if isinstance(values, list) else [values]
        return ",".join(str(each) for each in some[:100] if isinstance(each, str | int))[:_LONGEST_VALUE]
    if "dateTimeInput" in given:
        entered = _object(given, "dateTimeInput")
        whole = entered.get("hasTime", True) is not False
        return _wall(entered.get("msSinceEpoch"), "%Y-%m-%dT%H:%M" if whole else "%Y-%m-%d")
    if "dateInput" in given:
        return _wall(_object(given, "dateInput").get("msSinceEpoch"), "%Y-%m-%d")
    if "timeInput" in given:
        entered = _object(given, "timeInput")
        return f"{entered.get('hours', 0)!s:0>2}:{entered.get('minutes', 0)!s:0>2}"[:_LONGEST_VALUE]
    return ""


def _wall(milliseconds: object, form: str) -> str:
    """Gmail writes the wall time that was chosen as if it were UTC. What is no such number stays as it is, to be refused."""
    try:
        return (_EPOCH + timedelta(milliseconds=int(str(milliseconds)))).strftime(form)
    except (ValueError, OverflowError):
        return str(milliseconds)[:100]
