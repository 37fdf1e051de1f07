"""Whether Gmail would show a card: Google's own description of cards, and what Gmail says about them beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from google.apps.card_v1 import Card
from google.cloud.gsuiteaddons_v1 import Deployment
from google.protobuf import json_format

Json = dict[str, Any]
MOST_WIDGETS, MOST_ITEMS, LARGEST = 100, 100, 60_000
_KNOWN_ICONS = {"BOOKMARK", "CLOCK", "DESCRIPTION", "EMAIL", "MULTIPLE_PEOPLE", "PERSON", "PHONE", "TICKET"}
_PICTURES = {"low", "medium", "urgent", "overdue", "paused", "met", "none", "logo"}
# What people read in places without markup, with how long it may be.
_PLAIN = {
    "title": 130, "subtitle": 130, "topLabel": 130, "bottomLabel": 310, "header": 130, "altText": 130, "imageAltText": 130,
    "hintText": 310, "label": 80,
}  # fmt: skip
# Fields Google knows that Gmail does not show, or shows on the web only.
_NOT_IN_GMAIL = {
    "materialIcon", "columns", "carousel", "textSyntax", "placeholderText", "startIconVerticalAlignment", "contentText",
    "topLabelText", "interaction", "externalDataSource", "platformDataSource", "peekCardHeader", "displayStyle",
}  # fmt: skip
_ALLOWED_TAGS = {"b", "i", "u", "s", "font", "a", "br"}
_LOOPBACK = {"127.0.0.1", "localhost"}
_OPENS = ("http://127.0.0.1", "https://mail.google.com/", "https://desk.lumenvelo.example/")


def checked(card: Json) -> Json:
    """The card itself. Fails for one that Gmail would refuse, cut or garble."""
    json_format.ParseDict(card, Card.pb()())
    complaints = list(_complaints(card))
    assert not complaints, "\n".join(complaints)
    return card


def checked_deployment(deployment: Json) -> Json:
    """A manifest of the add-on. `granularOauthPermissionSupport` is newer than the description Google publishes."""
    known = {**deployment, "addOns": {**deployment["addOns"]}}
    options = dict(known["addOns"]["httpOptions"])
    assert options.pop("granularOauthPermissionSupport") == "OPT_IN"
    known["addOns"]["httpOptions"] = options
    json_format.ParseDict(known, Deployment.pb()())
    return deployment


def _complaints(card: Json) -> Iterator[str]:
    widgets = [widget for section in card["sections"] for widget in section["widgets"]]
    if len(widgets) > MOST_WIDGETS:
        yield f"{len(widgets)} widgets: what comes after {MOST_WIDGETS} is not shown"
    if any(not section["widgets"] for section in card["sections"]):
        yield "a section without widgets"
    if len(repr(card)) > LARGEST:
        yield f"{len(repr(card))} characters in all"
    names = [each["name"] for each in _all(card) if "name" in each and each is not card]
    if len(set(names)) < len(names):
        yield f"two fields of one name: {names}"
    for node in _all(card):
        yield from _of(node)


def _of(node: Json) -> Iterator[str]:
    for name in node.keys() & _NOT_IN_GMAIL:
        yield f"Gmail does not show {name}"
    for name in ("iconUrl", "imageUrl", "function"):
        if name in node and not _is_safe(node[name]):
            yield f"{name} {node[name]} is not https"
    for name in ("iconUrl", "imageUrl"):
        if name in node and Path(urlsplit(node[name]).path).stem not in _PICTURES:
            yield f"{name} {node[name]} is no picture we have"
    if "knownIcon" in node and node["knownIcon"] not in _KNOWN_ICONS:
        yield f"an icon nobody looked at: {node['knownIcon']}"
    if "openLink" in node and not (_is_safe(node["openLink"]["url"]) and node["openLink"]["url"].startswith(_OPENS)):
        yield f"{node['openLink']['url']} is no address the manifest allows"
    if any(not isinstance(each["value"], str) for each in node.get("parameters", ())):
        yield "a parameter that is no text"
    if len(node.get("items", ())) > MOST_ITEMS:
        yield f"{len(node['items'])} things to choose from"
    yield from _words(node)


def _words(node: Json) -> Iterator[str]:
    for name, longest in _PLAIN.items():
        said = node.get(name)
        if isinstance(said, str):
            if len(said) > longest:
                yield f"{name} is {len(said)} characters long"
            if re.search(r"[<>\n\r\x00-\x08]", said):
                yield f"{name} holds what is no plain text: {said}"
    said = node.get("text")
    if isinstance(said, str):
        is_plain = "onClick" in node and "wrapText" not in node or "value" in node or "selected" in node
        if is_plain and re.search("[<>]", said):
            yield f"markup on a button: {said}"
        if not is_plain:
            yield from _markup(said)


def _markup(text: str) -> Iterator[str]:
    if len(text) > 1_500:
        yield f"a text of {len(text)} characters"
    reader = _Tags()
    reader.feed(text)
    reader.close()
    if reader.open or reader.odd:
        yield f"markup that Gmail does not show: {reader.odd or reader.open} in {text}"
    if re.search(r"<(?!/?(?:b|i|u|s|font|a|br)\b)", text):
        yield f"a bare < in {text}"


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.odd: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _ALLOWED_TAGS or {name for name, _ in attrs} - {"color", "href"}:
            self.odd.append(tag)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.odd.append(f"/{tag}")


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def _all(node: Any) -> Iterator[Json]:
    if isinstance(node, dict):
        yield node
        for each in node.values():
            yield from _all(each)
    elif isinstance(node, list):
        for each in node:
            yield from _all(each)
