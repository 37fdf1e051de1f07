"""Raw bytes → the MIME tree that Gmail calls `payload`."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Collection
from email import message_from_bytes
from email.message import Message
from typing import Any

from .mime import decoded, header_pairs, utf8

DEEPEST = 40


def b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode("ascii")


def unb64(text: str) -> bytes:
    """URL-safe or plain alphabet, padded or not. Raises ValueError."""
    plain = text.replace("-", "+").replace("_", "/").replace("\n", "").replace("\r", "").rstrip("=")
    return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)


def full(raw: bytes) -> dict[str, Any]:
    return _part(message_from_bytes(raw), "", 0)


def headers_only(raw: bytes, names: Collection[str]) -> dict[str, Any]:
    """`format=metadata`: all headers of the root, or those named (any case)."""
    root = message_from_bytes(raw)
    wanted = {name.lower() for name in names}
    headers = [{"name": n, "value": v} for n, v in header_pairs(root) if not wanted or n.lower() in wanted]
    return {"mimeType": root.get_content_type(), "headers": headers}


def attachment(raw: bytes, attachment_id: str) -> bytes | None:
    """What an `attachmentId` stands for, or None when it is none of ours."""
    try:
        part_id = unb64(attachment_id.removeprefix("ANGjdJ")).decode("ascii").split(":")[0]
    except ValueError:
        return None
    part: Message = message_from_bytes(raw)
    for step in part_id.split(".") if part_id else []:
        inside = children(part)
        if not step.isdigit() or int(step) >= len(inside):
            return None
        part = inside[int(step)]
    return content(part)


def children(part: Message) -> list[Message]:
    if part.get_content_type() == "message/delivery-status" or not part.is_multipart():
        return []
    inside = part.get_payload()
    return [item for item in inside if isinstance(item, Message)] if isinstance(inside, list) else []


def content(part: Message) -> bytes:
    if part.get_content_type() == "message/delivery-status" and part.is_multipart():
        return b"\r\n".join(block.as_bytes() for block in part.walk() if block is not part)
    return utf8(part)


def _part(part: Message, part_id: str, depth: int) -> dict[str, Any]:
    inside = children(part) if depth < DEEPEST else []
    name = decoded(part.get_filename() or "")
    answer: dict[str, Any] = {
        "partId": part_id,
        "mimeType": part.get_content_type(),
        "filename": name,
        "headers": [{"name": key, "value": value} for key, value in header_pairs(part)],
    }
    if inside:
        answer["body"] = {"size": 0}
        prefix = f"{part_id}." if part_id else ""
        answer["parts"] = [_part(child, f"{prefix}{number}", depth + 1) for number, child in enumerate(inside)]
        return answer
    data = content(part)
    if name or part.get_content_maintype() not in ("text", "message", "multipart"):
        # The id differs at every reading, as Gmail's does; whoever keeps it as a key finds out here.
        token = b64(f"{part_id}:{secrets.token_hex(8)}".encode()).rstrip("=")
        answer["body"] = {"attachmentId": f"ANGjdJ{token}", "size": len(data)}
    else:
        answer["body"] = {"size": len(data), **({"data": b64(data)} if data else {})}
    return answer
