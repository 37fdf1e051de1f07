"""Telling what somebody newly wrote from what their mail program repeated.

`new_text` works on lines of plain text. HTML is first turned into such lines by `html_text`, which marks quotations by their structure
(a ">" before the line) and the places from which all is history (`CUT`), so both kinds of mail meet the same rules.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from inboxsla.gmail.attribution import Announced, announced, divider, field_kind, header_block, is_quoted
from inboxsla.gmail.quote_words import FORWARD_PREFIXES, REPLY_PREFIXES, SENT_WITH

# Lines html_text puts in; they cannot come from mail, whose text never holds NUL.
CUT = "\0cut"
SIGNATURE = "\0signature"
SIGNATURE_END = "\0signature end"

_MAX_BLOCK_TRIES = 300
_SIGNATURE_LINES = 20
_DOCTEST = re.compile(r"^\s*>>>( |$)")
_FOOTER = re.compile(r"mailing list|/listinfo|google groups|groups\.google\.com|unsubscribe", re.IGNORECASE)
_RULE = re.compile(r"^\s*[-_=*—–]{2,}\s*$")
_LINKED = re.compile(r"https?://|<[^<>]*\.[^<>]*>")
_PREFIX_WORDS = "|".join(
    re.escape(word) for word in sorted({*REPLY_PREFIXES, *FORWARD_PREFIXES}, key=len, reverse=True)
)
_PREFIX = re.compile(
    rf"\s*(?:({_PREFIX_WORDS})\s*(?:\[\d{{1,3}}\]|\(\d{{1,3}}\)|\^\d{{1,3}}|\d{{1,3}})?\s*[:：]|\[[^\[\]]{{1,60}}\])\s*",
    re.IGNORECASE,
)
_FORWARD_TAIL = re.compile(r"\s*\((?:fwd|fw)\)\s*$", re.IGNORECASE)


def new_text(text: str | Sequence[str], *, forwarded: bool = False) -> str:
    """The new text of a mail: quoted history and a marked signature are cut, inline answers and forwarded content are kept.

    `forwarded` says that the subject calls the mail a forward, so that an unmarked message below is its content. A mail that is
    nothing but an unmarked message is returned whole: better too much than to lose what a customer wrote.
    """
    lines = _with_announcements_alone(text.split("\n") if isinstance(text, str) else text)
    cutter = _Cutter(lines, forwarded)
    complete = cutter.run()
    result = _tidy(cutter.kept, rules=not complete or cutter.saw_quote)
    if not result and not cutter.saw_quote:
        return _tidy([line for line in lines if not line.startswith("\0")], rules=False)
    return result


def _with_announcements_alone(lines: Sequence[str]) -> list[str]:
    """Some mobile programs go on with the quoted text on the line that announces it."""
    if not any("> wrote: " in line for line in lines):
        return list(lines)
    out: list[str] = []
    for line in lines:
        head, found, tail = (
            line.partition("> wrote: ")
            if "> wrote: " in line[:250] and line.lstrip().startswith("On ")
            else (line, "", "")
        )
        out += [head + found, tail] if tail.strip() else [line]
    return out


def is_forward(subject: str) -> bool:
    """Whether the outermost prefix of a subject is a forward's, in any language we know."""
    match = _PREFIX.match(subject[:80])
    while match and match.group(1) is None:  # a [tag]
        subject = subject[match.end() :]
        match = _PREFIX.match(subject[:80])
    if match is None or match.group(1) is None:
        return False
    return match.group(1).casefold() in FORWARD_PREFIXES


def thread_subject(subject: str) -> str:
    """The subject for grouping mails into threads: prefixes (Re:, AW:, Fwd: …) and [tags] off, white space folded, case folded."""
    rest = " ".join(subject[:1000].split())
    while rest:
        match = _PREFIX.match(rest)
        if match is None:
            break
        if match.end() == len(rest) and match.group(1) is None:  # nothing but a tag: it is the subject
            break
        rest = rest[match.end() :]
    return _FORWARD_TAIL.sub("", rest).strip().casefold()


class _Cutter:
    """One walk over the lines. `kept` is the new text so far; the walk ends where everything below is history."""

    def __init__(self, lines: list[str], forwarded: bool) -> None:
        self.lines = lines
        self.forwarded = forwarded
        self.kept: list[str] = []
        self.saw_quote = False
        self.spans = announced(lines)
        self.block_tries = self.signature_tries = 0
        self.has_words = False

    def run(self) -> bool:
        """Fill `kept`; whether the walk went to the last line. `saw_quote`: something cut was plainly marked as not new."""
        at = 0
        while at < len(self.lines):
            following = self._step(at)
            if following is None:
                return False
            at = following
        return True

    def _step(self, at: int) -> int | None:
        """Deal with line `at`; the next line to look at, or None when the rest is history."""
        line = self.lines[at]
        if line.startswith("\0"):
            return self._marked(at)
        if at in self.spans:
            return self._announced(self.spans[at])
        if line[:1].isalpha() and ":" not in line and "：" not in line and not line.startswith(("Reply ", "Please")):
            return self._keep(line, at)  # nothing below could apply, and most lines are like this
        if line.startswith(">>> ") and line.rstrip().endswith(">>>") and "@" in line:  # GroupWise announces so
            return None
        if is_quoted(line) and not self._only_looks_quoted(at):
            self.saw_quote = True
            return self._past_wrapped_quote(at + 1)
        what = divider(line)
        if what == "forwarded" or (what and self.forwarded):
            return self._keep_rest(at)
        if what:
            return None
        if self._header_block(at):
            return self._keep_rest(at) if self.forwarded else None
        if self._signature_begins(at) or self._list_footer(at):
            self.saw_quote = True
            return self._past_signature(at + 1)
        return self._keep(line, at)

    def _keep(self, line: str, at: int) -> int:
        self.kept.append(line)
        self.has_words = self.has_words or bool(line.strip())
        return at + 1

    def _marked(self, at: int) -> int | None:
        if self.lines[at] == SIGNATURE:
            self.saw_quote = True
            at += 1
            while at < len(self.lines) and self.lines[at] not in (SIGNATURE_END, CUT):
                at += 1
            return at
        if self.lines[at] != CUT:
            return at + 1
        ahead = [line for line in self.lines[at + 1 : at + 12] if line.strip() and not line.startswith("\0")]
        if any(divider(line) == "forwarded" for line in ahead[:2]):
            return at + 1
        if self.forwarded and not any(field_kind(line) for line in ahead[:2]):
            return at + 1
        return self._keep_rest(at + 1) if self.forwarded else None

    def _announced(self, span: Announced) -> int | None:
        if span.before:
            self._keep(span.before, span.start)
        following = span.end + 1
        while following < len(self.lines) and not self.lines[following].strip():
            following += 1
        if following < len(self.lines) and is_quoted(self.lines[following]):
            return following
        if self.has_words:
            return None
        if following >= len(self.lines):
            return None
        # Nothing new stands above and nothing below is marked: there is no telling, so the rest stays.
        self.kept.extend(self.lines[span.start : span.end + 1])
        return span.end + 1

    def _keep_rest(self, at: int) -> int:
        self.kept.extend(line for line in self.lines[at:] if not line.startswith("\0"))
        return len(self.lines)

    def _header_block(self, at: int) -> bool:
        if self.block_tries > _MAX_BLOCK_TRIES or not field_kind(self.lines[at]):
            return False
        self.block_tries += 1
        return header_block(self.lines, at)

    def _only_looks_quoted(self, at: int) -> bool:
        """An ornament (">>> … <<<") or an interpreter's prompt, not a quotation."""
        line = self.lines[at]
        if line.rstrip().endswith("<<"):
            return True
        if not _DOCTEST.match(line):
            return False
        first = last = at
        while first > 0 and is_quoted(self.lines[first - 1]) and at - first < 50:
            first -= 1
        while last + 1 < len(self.lines) and is_quoted(self.lines[last + 1]) and last - at < 50:
            last += 1
        return not self.saw_quote and all(_DOCTEST.match(each) for each in self.lines[first : last + 1])

    def _past_wrapped_quote(self, at: int) -> int:
        """Skip what a careless mail program broke off the end of a quoted line: it stands between two quoted lines."""
        if at + 1 >= len(self.lines) or not is_quoted(self.lines[at + 1]) or is_quoted(self.lines[at]):
            return at
        piece, above = self.lines[at].strip(), self.lines[at - 1].rstrip()
        if not piece or piece.startswith("\0") or at in self.spans:
            return at
        torn = len(above) >= 60 and above[-1] not in "?!:" and (piece[0].islower() or piece[0] in "<(/_&=")
        address = " " not in piece and len(piece) > 8 and piece[0] in "_(</=&"
        return at + 1 if torn or address or piece.endswith((") >", "> >")) else at

    def _signature_begins(self, at: int) -> bool:
        line = self.lines[at]
        if line.startswith("-- ") and line.rstrip() == "--":
            return True
        if line.rstrip() not in ("--", "—", "––") or not self.has_words:
            return False
        self.signature_tries += 1
        if self.signature_tries > _MAX_BLOCK_TRIES:
            return False
        below = 0
        for number in range(at + 1, min(len(self.lines), at + 60)):
            each = self.lines[number]
            if is_quoted(each) or number in self.spans or each.startswith("\0") or divider(each):
                break
            below += bool(each.strip())
        return below <= _SIGNATURE_LINES

    def _list_footer(self, at: int) -> bool:
        line = self.lines[at].strip()
        if len(line) < 2 or line.strip("_") or not self.has_words:
            return False
        below = [each for each in self.lines[at + 1 : at + 8] if each.strip()]
        return any(_FOOTER.search(each) for each in below[:4]) and not any(field_kind(each) for each in below[:2])

    def _past_signature(self, at: int) -> int:
        while at < len(self.lines):
            line = self.lines[at]
            if is_quoted(line) or at in self.spans or line.startswith("\0") or divider(line) or self._header_block(at):
                break
            at += 1
        return at


def _tidy(lines: list[str], *, rules: bool) -> str:
    """Without blank edges, with single blank lines, and without the program's advertisement (and `rules`) left over at the end."""
    end = len(lines)
    while end and (
        not lines[end - 1].strip() or (rules and _RULE.match(lines[end - 1])) or _advertises(lines, end - 1)
    ):
        rules = rules or bool(lines[end - 1].strip())
        end -= 1
    out: list[str] = []
    for line in lines[:end]:
        line = line.rstrip()
        if line or (out and out[-1]):
            out.append(line)
    return "\n".join(out).strip("\n")


def _advertises(lines: Sequence[str], at: int) -> bool:
    """A linked "Sent from …" is the program's; without a link ("Sent from my iPhone") people keep and write it themselves."""
    line = lines[at].strip()
    if len(line) > 160 or not _LINKED.search(line):
        return False
    return line.casefold().lstrip("*_[(").startswith(tuple(SENT_WITH))
