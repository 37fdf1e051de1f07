"""HTML mail as lines of plain text, with the marks by which mail programs structure quotations kept as marks.

A quotation's lines get ">" in front. Where the structure says "everything from here is history" or "this is the signature", a line from
`quotes` (CUT, SIGNATURE …) stands in the list; `plain` leaves those out. The walk is a parser's event stream: no tree, no recursion.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree

from inboxsla.gmail.attribution import announces
from inboxsla.gmail.fields import clean_text
from inboxsla.gmail.quotes import CUT, SIGNATURE, SIGNATURE_END

HTML_LIMIT = 512 * 1024
_MAX_LINES = 20_000
_MAX_QUOTE_DEPTH = 8
_MAX_GUESSES = 200

_SKIPPED = frozenset(("style", "script", "head", "title", "noscript", "template", "svg", "object", "select"))
_VOID = frozenset(("br", "hr", "img", "input", "meta", "link", "base", "area", "col", "wbr", "embed", "source"))
_BLOCK_TAGS = (
    "address article aside body blockquote center dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 header html li main nav ol p pre "
    "section table tbody tfoot thead tr ul caption figure figcaption"
)
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_SPACED = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "p", "ul", "ol", "pre", "table"))
_TAG = re.compile(r"<[^<>]*>")
_WHITE = re.compile(r"[ \t\n\r\f\u00a0]+")
_HISTORY_IDS = re.compile(
    r"^(?:x_)*(?:appendonsend|divRplyFwdMsg|OLK_SRC_BODY_SECTION|yahoo_quoted\w*|isReplyContent|isForwardContent|mobile-signature|composer_signature|zwchr|stopSpelling|"
    r"mail-editor-reference-message-container|ms-outlook-mobile-reference-message|reply-intro|ymail_android_quoted)$",
    re.IGNORECASE,
)
_HISTORY_CLASSES = frozenset(
    (
        "yahoo_quoted",
        "zmail_extra",
        "ms-outlook-mobile-reference-message",
        "mail_quoted",
        "gmx_quote",
        "ntes-mailmaster-quote",
        "replysplit",
    )
)
_QUOTE_CLASSES = frozenset(("protonmail_quote", "tutanota_quote", "yahoo_quoted", "cite", "iosymail", "mori_quote"))
_SIGNATURE_CLASSES = frozenset(("gmail_signature", "moz-signature", "protonmail_signature_block", "zmail_signature"))
_SIGNATURE_IDS = frozenset(("ms-outlook-mobile-signature", "composer_signature"))
_OUTLOOK_RULE = re.compile(
    r"border-top\s*:\s*solid\s*#?(?:e1e1e1|b5c4df|windowtext)|border-top\s*:\s*(?:solid\s+)?[\d.]+pt\s+solid",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)
_HAS_STRUCTURE = re.compile(
    rb"<blockquote|gmail_quote|appendonsend|divRplyFwdMsg|OLK_SRC_BODY|yahoo_quoted|border-top:\s*solid|zmail_extra|"
    rb"moz-signature|gmail_signature|zwchr|stopSpelling|reference-message",
    re.IGNORECASE,
)


def has_structure(html: bytes) -> bool:
    """A quick look: does this HTML hold any mark of a quotation that plain text would not show?"""
    return _HAS_STRUCTURE.search(html) is not None


def lines_of(html: str) -> list[str]:
    """The lines of an HTML mail, marks included. Never raises; reads at most HTML_LIMIT characters."""
    target = _Writer()
    parser = etree.HTMLParser(
        target=target, encoding="utf-8", recover=True, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        parser.feed(clean_text(html[:HTML_LIMIT]).encode("utf-8", "replace"))
        parser.close()
    except (etree.LxmlError, AssertionError, ValueError):
        # What was read before the parser gave up is still the mail's text.
        target.close()
    if not any(line.strip("> ") and not line.startswith("\0") for line in target.lines):
        # Nested deeper than the parser goes, or no HTML at all: words without structure are better than none.
        return [line.strip() for line in _TAG.sub("\n", clean_text(html[:HTML_LIMIT])).split("\n") if line.strip()][
            :_MAX_LINES
        ]
    return target.lines


def plain(lines: list[str]) -> str:
    """Lines as one text, without marks and with single blank lines."""
    out: list[str] = []
    for line in lines:
        if not line.startswith("\0") and (line or (out and out[-1])):
            out.append(line)
    return "\n".join(out).strip("\n")


class _Writer:
    """Receives the parser's events and writes lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._words: list[str] = []
        self._open: list[tuple[str, str]] = []  # (tag, what it began: "", "skip", "quote", "signature")
        self._skipping = self._depth = self._pre = self._containers = self._guesses = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._skipping:
            if tag not in _VOID:
                self._open.append((tag, "skip"))
                self._skipping += 1
            return
        if tag in _SKIPPED or _HIDDEN.search(attributes.get("style", "")):
            if tag not in _VOID:
                self._open.append((tag, "skip"))
                self._skipping = 1
            return
        if tag in _BLOCKS or tag in ("br", "hr"):
            self._end_line(hard=tag == "br")
        began = self._structure(tag, attributes)
        if tag in _SPACED and not attributes.get("class", "").startswith("Mso"):
            self._blank()
            began = began or "spaced"
        if tag == "li":
            self._words.append("- ")
        elif tag in ("td", "th"):
            self._words.append(" ")
        elif tag == "pre":
            self._pre += 1
        if tag not in _VOID:
            self._open.append((tag, began))

    def end(self, tag: str) -> None:
        if tag in _VOID or not any(opened == tag for opened, _ in reversed(self._open)):
            return
        while self._open:
            opened, began = self._open.pop()
            if began == "skip":
                self._skipping -= 1
            else:
                self._close(opened, began)
            if opened == tag:
                return

    def data(self, text: str) -> None:
        if self._skipping or len(self.lines) > _MAX_LINES:
            return
        if not self._pre:
            self._words.append(_WHITE.sub(" ", text))
            return
        first, *more = text.split("\n")
        self._words.append(first)
        for line in more:
            self._end_line(hard=True)
            self._words.append(line)

    def close(self) -> list[str]:
        self._end_line()
        return self.lines

    def _structure(self, tag: str, attributes: Mapping[str, str]) -> str:
        """Write the mark this element calls for; what its end will have to close."""
        classes = attributes.get("class", "").lower().split()
        name = attributes.get("id", "")
        if self._depth:
            if tag == "blockquote":
                self._depth += 1
                return "quote"
            return ""
        if tag == "blockquote" and self._quotes(classes, attributes):
            self._depth = 1
            return "quote"
        outlook = tag == "div" and _OUTLOOK_RULE.search(attributes.get("style", ""))
        if outlook or (name and _HISTORY_IDS.match(name)) or not _HISTORY_CLASSES.isdisjoint(classes):
            self._mark(CUT)
        elif not _SIGNATURE_CLASSES.isdisjoint(classes) or name.lower() in _SIGNATURE_IDS:
            self._mark(SIGNATURE)
            return "signature"
        elif tag == "div" and any(each.startswith("gmail_quote") for each in classes):
            self._containers += 1
            return "container"
        return ""

    def _quotes(self, classes: list[str], attributes: Mapping[str, str]) -> bool:
        """Whether a blockquote repeats a mail. A bare one may be its author's own indentation."""
        if (
            attributes.get("type", "").lower() == "cite"
            or "cite" in attributes
            or not _QUOTE_CLASSES.isdisjoint(classes)
        ):
            return True
        if self._containers and "gmail_quote" in classes:
            return True
        self._guesses += 1
        return self._guesses < _MAX_GUESSES and announces(
            [line for line in self.lines[-6:] if line and not line.startswith("\0")]
        )

    def _close(self, tag: str, began: str) -> None:
        if tag in _BLOCKS:
            self._end_line()
        if began == "spaced":
            self._blank()
        if tag == "pre":
            self._pre -= 1
        if began == "quote":
            self._depth -= 1
        elif began == "container":
            self._containers -= 1
        elif began == "signature":
            self._mark(SIGNATURE_END)

    def _mark(self, mark: str) -> None:
        self._end_line()
        self.lines.append(mark)

    def _blank(self) -> None:
        if self.lines and self.lines[-1] and not self.lines[-1].startswith("\0"):
            self.lines.append("> " if self._depth else "")

    def _end_line(self, *, hard: bool = False) -> None:
        line = "".join(self._words)
        if not self._pre:
            line = _WHITE.sub(" ", line).strip()
            line = "-- " if line == "--" else line
        self._words.clear()
        if (line.strip() or hard) and len(self.lines) < _MAX_LINES:
            prefix = ">" * min(self._depth, _MAX_QUOTE_DEPTH)
            self.lines.append(f"{prefix} {line}".rstrip() if prefix else line)
