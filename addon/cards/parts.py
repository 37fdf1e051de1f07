"""The widgets of Gmail's cards, as plain data: each function is one kind of widget, with what Gmail allows in it.

Text widgets understand a little markup, so whatever somebody else wrote goes through `safe` there; the other places are plain
and take `plain`.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

from inboxsla.notify.plain import cut, isolated, one_line

Json = dict[str, Any]

# What Gmail drops silently begins after these.
MOST_WIDGETS, MOST_ITEMS = 100, 100
_LONGEST_LINE, _LONGEST_TEXT = 120, 900


def plain(text: str, longest: int = _LONGEST_LINE) -> str:
    """Hostile text on one line, for places without markup; nothing that could be taken for a tag stays one."""
    return isolated(cut(one_line(text).replace("<", "‹").replace(">", "›"), longest))


def safe(text: str, longest: int = _LONGEST_TEXT) -> str:
    """Hostile text on one line, for places with markup: it is shown as it was written."""
    return html.escape(isolated(cut(one_line(text), longest)), quote=False)


def bold(markup: str) -> str:
    return f"<b>{markup}</b>"


def coloured(markup: str, colour: str) -> str:
    return f'<b><font color="{colour}">{markup}</font></b>'


def card(name: str, header: Json | None, sections: Sequence[Json], footer: Json | None = None) -> Json:
    """`name` is what a later answer may go back to."""
    made: Json = {"name": name, "sections": [section for section in sections if section["widgets"]]}
    if header is not None:
        made["header"] = header
    if footer is not None:
        made["fixedFooter"] = footer
    return made


def header(title: str, subtitle: str = "", image: str = "", alt: str = "") -> Json:
    made: Json = {"title": plain(title)}
    if subtitle:
        made["subtitle"] = plain(subtitle)
    if image:
        made |= {"imageUrl": image, "imageType": "CIRCLE", "imageAltText": alt}
    return made


def section(*widgets: Json | None, title: str = "", collapsed: bool = False) -> Json:
    """Without its missing widgets; a collapsed one shows its title until it is opened."""
    made: Json = {"widgets": [widget for widget in widgets if widget is not None]}
    if title:
        made["header"] = plain(title)
    if collapsed:
        made |= {"collapsible": True, "uncollapsibleWidgetsCount": 0}
    return made


def line(
    text: str,
    *,
    top: str = "",
    bottom: str = "",
    icon: Json | None = None,
    button: Json | None = None,
    on_click: Json | None = None,
) -> Json:
    """What (`top`), the value (`text`, with markup), and a detail (`bottom`)."""
    shown: Json = {"text": text, "wrapText": True}
    if top:
        shown["topLabel"] = plain(top)
    if bottom:
        shown["bottomLabel"] = plain(bottom, 300)
    if icon is not None:
        shown["startIcon"] = icon
    if button is not None:
        shown["button"] = button
    if on_click is not None:
        shown["onClick"] = on_click
    return {"decoratedText": shown}


def paragraph(text: str) -> Json:
    return {"textParagraph": {"text": text}}


def known_icon(name: str, alt: str = "") -> Json:
    """One of Google's own, which follow its theme."""
    return {"knownIcon": name, **({"altText": alt} if alt else {})}


def picture(url: str, alt: str) -> Json:
    return {"iconUrl": url, "altText": alt, "imageType": "CIRCLE"}


def button(text: str, on_click: Json, alt: str = "") -> Json:
    made: Json = {"text": plain(text, 60), "onClick": on_click}
    if alt:
        made["altText"] = alt
    return made


def buttons(*some: Json | None) -> Json | None:
    found = [one for one in some if one is not None]
    return {"buttonList": {"buttons": found}} if found else None


def opens(url: str) -> Json:
    return {"openLink": {"url": url}}


def text_input(name: str, label: str, *, value: str = "", hint: str = "", lines: bool = False) -> Json:
    made: Json = {"name": name, "label": label}
    if value:
        made["value"] = value
    if hint:
        made["hintText"] = plain(hint, 300)
    if lines:
        made["type"] = "MULTIPLE_LINE"
    return {"textInput": made}


def choice(name: str, label: str, items: Sequence[tuple[str, str]], chosen: str = "", kind: str = "DROPDOWN") -> Json:
    """`items` are (value, words); one is chosen."""
    made = [
        {"text": plain(words, 80), "value": value, **({"selected": True} if value == chosen else {})}
        for value, words in items[:MOST_ITEMS]
    ]
    return {"selectionInput": {"name": name, "label": label, "type": kind, "items": made}}


def switch(name: str, words: str, *, on: bool = False) -> Json:
    item: Json = {"text": words, "value": "on", **({"selected": True} if on else {})}
    return {"selectionInput": {"name": name, "type": "SWITCH", "items": [item]}}


def date_picker(name: str, label: str, *, wall_ms: int | None = None, hours: bool = True) -> Json:
    """`wall_ms` is the reader's wall time read as if it were UTC, in milliseconds, as Gmail takes it."""
    made: Json = {"name": name, "label": label, "type": "DATE_AND_TIME" if hours else "DATE_ONLY"}
    if wall_ms is not None:
        made["valueMsEpoch"] = str(wall_ms)
    return {"dateTimePicker": made}


def footer(primary: Json, secondary: Json | None = None) -> Json:
    return {"primaryButton": primary, **({"secondaryButton": secondary} if secondary is not None else {})}
