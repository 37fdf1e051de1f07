"""Answers in Google's shapes: errors, and the `fields=` partial response."""

from __future__ import annotations

import re
from typing import Any

_FIELD_WORDS = (
    "emailAddress historyId messagesTotal threadsTotal labels id name type color backgroundColor textColor labelListVisibility "
    "messageListVisibility messagesUnread threadsUnread messages threads nextPageToken resultSizeEstimate threadId labelIds snippet "
    "internalDate payload sizeEstimate raw classificationLabelValues partId mimeType filename headers body parts value attachmentId "
    "size data history messagesAdded messagesDeleted labelsAdded labelsRemoved message *"
)
KNOWN_FIELDS = frozenset(_FIELD_WORDS.split())


class ApiError(Exception):
    """One of Gmail's refusals. `reason` is the old-style word in `errors[]`, `status` the newer one beside the message."""

    def __init__(self, code: int, reason: str, message: str, status: str, domain: str = "global") -> None:
        super().__init__(message)
        self.code, self.reason, self.message, self.status, self.domain = code, reason, message, status, domain

    def body(self) -> dict[str, Any]:
        inner = {"message": self.message, "domain": self.domain, "reason": self.reason}
        return {"error": {"code": self.code, "message": self.message, "errors": [inner], "status": self.status}}


def invalid(message: str) -> ApiError:
    return ApiError(400, "invalidArgument", message, "INVALID_ARGUMENT")


def not_found() -> ApiError:
    return ApiError(404, "notFound", "Requested entity was not found.", "NOT_FOUND")


def unauthorized() -> ApiError:
    return ApiError(401, "authError", "Invalid Credentials", "UNAUTHENTICATED")


def forbidden(message: str) -> ApiError:
    return ApiError(403, "forbidden", message, "PERMISSION_DENIED")


FAILURES = {
    400: ("failedPrecondition", "Precondition check failed.", "FAILED_PRECONDITION", "global"),
    401: ("authError", "Invalid Credentials", "UNAUTHENTICATED", "global"),
    403: ("rateLimitExceeded", "Rate Limit Exceeded", "PERMISSION_DENIED", "usageLimits"),
    404: ("notFound", "Requested entity was not found.", "NOT_FOUND", "global"),
    409: ("aborted", "Label name exists or conflicts", "ABORTED", "global"),
    429: ("rateLimitExceeded", "Too many concurrent requests for user", "RESOURCE_EXHAUSTED", "usageLimits"),
    500: ("backendError", "Backend Error", "INTERNAL", "global"),
    502: ("backendError", "Bad Gateway", "UNAVAILABLE", "global"),
    503: ("backendError", "The service is currently unavailable.", "UNAVAILABLE", "global"),
    504: ("backendError", "The service did not answer in time.", "DEADLINE_EXCEEDED", "global"),
}


def failure(code: int, reason: str = "", message: str = "") -> ApiError:
    """The error Gmail gives with this HTTP status, with another reason or text if one is named."""
    usual_reason, usual_message, status, domain = FAILURES.get(
        code, ("backendError", "Backend Error", "UNKNOWN", "global")
    )
    return ApiError(code, reason or usual_reason, message or usual_message, status, domain)


Selection = dict[str, Any]
_TOKEN = re.compile(r"[A-Za-z*]+|[(),/]")


def parse_fields(text: str) -> Selection:
    """`id,messages(id,payload/headers)` → nested dict; an empty dict means "all of it". Raises ApiError 400."""
    compact = text.replace(" ", "")
    tokens = _TOKEN.findall(compact)
    if "".join(tokens) != compact:
        raise invalid(f"Invalid field selection {text}")
    selection, rest = _selection(tokens, text)
    if rest or not selection:
        raise invalid(f"Invalid field selection {text}")
    return selection


def _selection(tokens: list[str], text: str) -> tuple[Selection, list[str]]:
    chosen: Selection = {}
    while tokens and tokens[0] not in ",)":
        name, tokens = tokens[0], tokens[1:]
        if name not in KNOWN_FIELDS:
            raise invalid(f"Invalid field selection {name}")
        inner: Selection = {}
        if tokens and tokens[0] == "/":
            if len(tokens) < 2:
                raise invalid(f"Invalid field selection {text}")
            inner, tokens = _one(tokens[1:], text)
        elif tokens and tokens[0] == "(":
            inner, tokens = _selection(tokens[1:], text)
            if not tokens or tokens[0] != ")":
                raise invalid(f"Invalid field selection {text}")
            tokens = tokens[1:]
        chosen[name] = {**chosen.get(name, {}), **inner}
        if tokens and tokens[0] == ",":
            tokens = tokens[1:]
    return chosen, tokens


def _one(tokens: list[str], text: str) -> tuple[Selection, list[str]]:
    """The one name after a slash, which binds tighter than a comma."""
    depth, end = 0, 0
    while end < len(tokens) and (depth or tokens[end] not in ",)"):
        depth += {"(": 1, ")": -1}.get(tokens[end], 0)
        end += 1
    inner, rest = _selection(tokens[:end], text)
    return inner, rest + tokens[end:]


def keep(value: Any, selection: Selection) -> Any:
    """The part of a JSON value that `selection` names; lists are looked through."""
    if not selection or "*" in selection:
        return value
    if isinstance(value, list):
        return [keep(item, selection) for item in value]
    if isinstance(value, dict):
        return {key: keep(value[key], inner) for key, inner in selection.items() if key in value}
    return value
