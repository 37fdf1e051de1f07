"""How the values of `[push]` and those that may be left empty are written, and what they become."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator

from inboxsla.config.fields import address, plain_length, positive


def _topic(value: object) -> str:
    return _pubsub_name(value, "topics", "projects/my-project/topics/inboxsla")


def _subscription(value: object) -> str:
    return _pubsub_name(value, "subscriptions", "projects/my-project/subscriptions/inboxsla")


def _pubsub_name(value: object, kind: str, example: str) -> str:
    if value == "":
        return ""
    if not isinstance(value, str) or not re.fullmatch(rf"projects/[^/\s]+/{kind}/[^/\s]+", value):
        raise ValueError(f"“{value}” is not the full name of one of Pub/Sub's {kind}. Write it like {example}.")
    return value


def _address_or_none(value: object) -> str:
    return "" if value == "" else address(value)


def _span_or_none(value: object) -> timedelta | None:
    return None if value in ("", None) else positive(plain_length(value))


Topic = Annotated[str, BeforeValidator(_topic)]
Subscription = Annotated[str, BeforeValidator(_subscription)]
AddressOrNone = Annotated[str, BeforeValidator(_address_or_none)]
SpanOrNone = Annotated[timedelta | None, BeforeValidator(_span_or_none)]
