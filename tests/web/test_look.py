"""Colours are read from the style sheet, so that a changed value cannot slip below what eyes need."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

import inboxsla.web

HERE = Path(inboxsla.web.__file__).parent
CSS = (HERE / "static/inboxsla.css").read_text()
TEXT, MARK = 4.5, 3.0
THEMES = ("light", "dark")
URGENCIES = ("low", "medium", "urgent", "overdue", "paused", "met")
GROUNDS = ("bg", "surface", "sunken", "raised", "hover")


def tokens(theme: str) -> dict[str, str]:
    block = re.search(rf"\[data-bs-theme={theme}\]\{{(--bg.*?)\}}", CSS, re.DOTALL)
    assert block is not None
    return dict(re.findall(r"--([\w-]+):(#[0-9A-Fa-f]{6})", block[1]))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def pairs() -> list[tuple[str, str, float]]:
    """(foreground, background, least ratio) for everything the product lays upon each other."""
    text = [(name, ground, TEXT) for name, ground in product(("text", "text-2", "text-3", "link", "danger"), GROUNDS)]
    text += [(name, ground, TEXT) for name in ("text", "text-2", "text-3") for ground in ("sel", "group")]
    text += [(f"{one}-text", ground, TEXT) for one in URGENCIES for ground in ("surface", "bg", "group", f"{one}-soft")]
    text += [("text", f"{one}-soft", TEXT) for one in URGENCIES]
    text += [("on-accent", "accent", TEXT), ("on-accent", "accent-hover", TEXT), ("on-accent", "overdue-fill", TEXT)]
    text += [("on-accent", "danger-solid", TEXT), ("toast-text", "toast", TEXT), ("link", "accent-soft", TEXT)]
    text += [("text", "accent-soft", TEXT), ("text", "chip", TEXT), ("text-2", "chip", TEXT)]
    text += [(f"a{number}-text", f"a{number}", TEXT) for number in range(6)]
    marks = [(f"{one}-mark", "surface", MARK) for one in URGENCIES]
    marks += [(name, ground, MARK) for name in ("control", "focus") for ground in ("surface", "bg")]
    return text + marks + [(name, "surface", MARK) for name in ("c1", "c2", "c3")]


@pytest.mark.parametrize("theme", THEMES)
def test_everything_can_be_told_from_what_it_lies_on(theme: str) -> None:
    colours = tokens(theme)
    weak = [
        f"{front} on {ground}: {ratio(colours[front], colours[ground]):.2f}"
        for front, ground, least in pairs()
        # The table of the look gives the border of inputs as 3.0 after rounding.
        if round(ratio(colours[front], colours[ground]), 1) < least
    ]
    assert not weak, f"{theme}: {weak}"


def test_the_ratio_is_the_one_of_the_guidelines() -> None:
    assert ratio("#000000", "#FFFFFF") == pytest.approx(21)
    assert ratio("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_both_themes_know_the_same_colours() -> None:
    assert tokens("light").keys() == tokens("dark").keys()


def test_only_the_style_sheets_tokens_name_colours() -> None:
    rest = CSS[CSS.index(":root,") :]
    assert not re.findall(r"#[0-9A-Fa-f]{3,8}\b(?![^{}]*\{)|rgba?\(", rest)
    for template in (HERE / "templates").rglob("*.html"):
        found = re.findall(r'style=|<style|(?:fill|stroke|color)="#', template.read_text())
        assert not found, f"{template.name}: {found}"


def test_every_style_sheet_closes_what_it_opens() -> None:
    """A page's block left open would hide the blocks after it inside its last media query."""
    for sheet in (HERE / "static").glob("**/*.css"):
        depth = 0
        for line in sheet.read_text().splitlines():
            assert not (depth and line.startswith("/*") and "vendor" not in sheet.parts), f"{sheet.name}: {line}"
            depth += line.count("{") - line.count("}")
        assert depth == 0, sheet.name


def test_no_template_runs_script_of_its_own() -> None:
    for template in (HERE / "templates").rglob("*.html"):
        text = template.read_text()
        assert not re.findall(r"<script(?![^>]*\bsrc=)|\son\w+=|javascript:|\|safe\b", text), template.name


def test_every_icon_that_is_named_exists() -> None:
    drawn = {
        "bi": set(re.findall(r'symbol id="([\w-]+)"', (HERE / "static/vendor/bootstrap-icons/icons.svg").read_text())),
        "own": set(re.findall(r'symbol id="([\w-]+)"', (HERE / "static/urgency.svg").read_text())),
    }
    texts = [template.read_text() for template in (HERE / "templates").rglob("*.html")]
    named = {name for text in texts for name in re.findall(r'(?<!_)icon\("([\w-]+)"', text)}
    named |= {"list-task", "send", "archive", "chevron-double-up", "chevron-up", "chevron-down", "dash"}
    timeline = (HERE / "templates/live/ticket_timeline.html").read_text()
    named |= set(re.findall(r'": "([\w-]+)"', timeline))

    assert named <= drawn["bi"]
    assert drawn["own"] == {*URGENCIES, "none", "solved"}


def test_every_vendored_part_says_its_version_and_licence() -> None:
    parts = [part for part in (HERE / "static/vendor").iterdir() if part.is_dir()]
    assert {part.name for part in parts} == {"bootstrap", "bootstrap-icons", "htmx", "idiomorph"}
    for part in parts:
        assert (part / "LICENSE").read_text().strip()
        assert re.fullmatch(r"\d+\.\d+\.\d+\n", (part / "VERSION").read_text())
