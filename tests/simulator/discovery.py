"""Holds an answer against the discovery document that google-api-python-client ships."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import googleapiclient

INTEGERS = {
    "int64": (-(2**63), 2**63 - 1),
    "uint64": (0, 2**64 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
}


@cache
def document() -> dict[str, Any]:
    path = Path(next(iter(googleapiclient.__path__))) / "discovery_cache/documents/gmail.v1.json"
    loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return loaded


def complaints(value: Any, schema: dict[str, Any], where: str = "") -> list[str]:
    """Everything about `value` that the schema does not allow; [] when it fits."""
    if "$ref" in schema:
        return complaints(value, document()["schemas"][schema["$ref"]] | {"type": "object"}, where or schema["$ref"])
    kind, form = schema.get("type"), schema.get("format")
    if kind == "object":
        if not isinstance(value, dict):
            return [f"{where} is not an object"]
        known = schema.get("properties", {})
        found = [f"{where}.{key} is unknown" for key in value if key not in known]
        return found + [
            c for key in value if key in known for c in complaints(value[key], known[key], f"{where}.{key}")
        ]
    if kind == "array":
        if not isinstance(value, list):
            return [f"{where} is not a list"]
        return [c for number, item in enumerate(value) for c in complaints(item, schema["items"], f"{where}[{number}]")]
    if kind == "integer":
        low, high = INTEGERS[form or "int32"]
        fits = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        return [] if fits else [f"{where} is not {form}: {value!r}"]
    if kind == "string":
        return _text(value, schema, where)
    if kind == "boolean":
        return [] if isinstance(value, bool) else [f"{where} is neither true nor false: {value!r}"]
    return [f"{where}: no rule for {schema}"]


def _text(value: Any, schema: dict[str, Any], where: str) -> list[str]:
    if not isinstance(value, str):
        return [f"{where} is not a string: {value!r}"]
    form = schema.get("format")
    if form in ("int64", "uint64") and not re.fullmatch(r"-?\d+", value):
        return [f"{where} is not {form} in a string: {value!r}"]
    if form == "byte" and not re.fullmatch(r"[A-Za-z0-9_-]*={0,2}", value):
        return [f"{where} is not URL-safe base64"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{where} is not one of {schema['enum']}: {value!r}"]
    return []


def fits(value: Any, name: str) -> None:
    """Fail with everything that is wrong about an answer of kind `name`."""
    assert complaints(value, {"$ref": name}) == []
