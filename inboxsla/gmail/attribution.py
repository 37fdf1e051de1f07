"""Finding what announces a quotation in plain text: "On … wrote:" lines, header blocks, dividers.

Every test looks at a bounded window, and the number of windows is bounded, so a text costs time in proportion to its length.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from inboxsla.gmail.quote_words import FIELDS, FORWARDED, ORIGINAL, WROTE

_MAX_WINDOW = 500
_MAX_TRIES = 400

_VERBS = "|".join(re.escape(verb) for verb in sorted(WROTE, key=len, reverse=True))
_VERB = re.compile(rf"(?<!\w)(?:{_VERBS})(?!\w)|(?:写道|寫道|님이 작성|のメール|書きました)", re.IGNORECASE)
_VERB_END = re.compile(
    rf"(?:(?<![\w])|(?<=[>)\]\"”»]))(?:{_VERBS})\s*[:：]?$|(?:写道|寫道|님이 작성|님이 씀|のメール|書きました)\s*[:：]$",
    re.IGNORECASE,
)
_MAIL = re.compile(r"[^\s<>\[\]()\"',;:]+@[\w.-]+\w")
_MAIL_AT_END = re.compile(r"@[\w.-]+\w[\s>)\]\"']*[:：]$")
_MAIL_BEFORE_VERB = re.compile(rf"@[\w.-]+\w[\s>)\]\"',]*(?:{_VERBS})\s*[:：]?$", re.IGNORECASE)
_TIME = re.compile(r"(?<!\d)\d{1,2}\s?[:.hH時시点]\s?\d{2}(?!\d)")
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mai|juin|juil|okt|dez|ene|abr|ago|dic|fév|févr|avr|août|déc"
_DATE = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<![\d.])\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?!\d)|(?<!\d)\d{1,2}\s?[:hH]\s?\d{2}(?!\d)"
    rf"|\b(?:{_MONTHS})[a-z]*\.?\s+\d{{1,2}}(?!\d)|(?<!\d)\d{{1,2}}\.?[ -](?:{_MONTHS})[a-z]*\b",
    re.IGNORECASE,
)
_DAY = r"(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b|\d{1,4}\b"
_WITHIN_LINE = re.compile(rf"(?:^|[\s-])(On (?i:{_DAY}).*)$")
_VERB_ENDINGS = frozenset(verb.split()[-1] for verb in WROTE)
_DASHES = "-_=*—–‐‑―─━"
_RULE_OFF = _DASHES + ">:： \t"
_LABEL = re.compile(r"^[\s*_•]*([^:：\d@<>]{1,40}?)[\s*_]*[:：][*_]*\s*(.*)$")
_LATER_LABEL = re.compile(r"[\s>;]\*{0,2}([^\W\d]{2,12})\s?[:：]")
_CITES = re.compile(r"^(?:quoting|zitat von|zitiere|citando|cita de|citerar|citat|en citant|selon)\b", re.IGNORECASE)
_REPLY_ABOVE = re.compile(
    r"^\W*(?:please )?(?:type|write|add|enter)?\s?(?:your )?reply above this line|antworten? .{0,20}(?:oberhalb|über) dieser (?:zeile|linie)"
    r"|répon\w+ .{0,20}au-dessus de cette ligne|respond\w+ .{0,20}(?:por encima|encima) de esta línea|rispond\w+ .{0,20}sopra questa (?:riga|linea)",
    re.IGNORECASE,
)
_DIRECTIONS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CLOSES_ADDRESS = re.compile(rf"^>+\s*(?:(?:{_VERBS})\s*)?[:：]?\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Announced:
    """Lines `start`..`end` (inclusive) announce a quotation; `before` is new text that stood on the first of them."""

    start: int
    end: int
    before: str = ""


def is_quoted(line: str) -> bool:
    return line.lstrip(" \t\u00a0")[:1] == ">"


def divider(line: str) -> str:
    """ "original" or "forwarded" if the line announces a whole message, else ""."""
    line = line.strip()
    opens_marker = line[:1] in ("-", "#", "=", "*", "_") or line[:6] in ("Reply ", "Please")
    if opens_marker and len(line) < 200 and _REPLY_ABOVE.search(line):
        return "original"
    if not line or len(line) > 120 or (line[0] not in _DASHES and line[-1] not in ":："):
        return ""
    dashed = _between_dashes(line)
    words = _DIRECTIONS.sub("", line).strip(_RULE_OFF).casefold()
    if words in FORWARDED and (dashed or line.endswith((":", "："))):
        return "forwarded"
    if dashed and words.startswith("forwarded by "):
        return "forwarded"
    return "original" if dashed and words in ORIGINAL else ""


def _between_dashes(line: str) -> bool:
    line = line.strip()
    inner = line.strip(_DASHES)
    return bool(inner) and line[:2].strip(_DASHES) == "" and line[-2:].strip(_DASHES) == ""


def announced(lines: Sequence[str]) -> dict[int, Announced]:
    """All "On … wrote:" announcements of a text, by their first line."""
    found: dict[int, Announced] = {}
    taken = -1
    tries = 0
    for end in range(len(lines)):
        if not _may_end(lines, end):
            continue
        tries += 1
        if tries > _MAX_TRIES:
            break
        hit = _ending_at(lines, end, taken)
        if hit is not None:
            found[hit.start] = hit
            taken = end
    return found


def announces(lines: Sequence[str]) -> bool:
    """Whether the last of these lines ends an announcement; for a quotation that is already known to follow."""
    return bool(lines) and _ending_at([*lines, "> "], len(lines) - 1, -1) is not None


def _may_end(lines: Sequence[str], end: int) -> bool:
    line = lines[end].rstrip()
    if not line or len(line) > _MAX_WINDOW:
        return False
    if is_quoted(line):
        return _closes_address(lines, end)
    if line[-1] in ".,;!?":
        return False
    tail = line[-40:] if line.isascii() else _DIRECTIONS.sub("", line[-40:])
    tail = tail.rstrip(" -_=*—–")
    words = tail.split()
    return bool(words) and (tail[-1] in ":：>" or words[-1].casefold() in _VERB_ENDINGS)


def _closes_address(lines: Sequence[str], end: int) -> bool:
    """A wrapped address may leave its ">" at the start of a line, where it only looks like a quotation."""
    if not _CLOSES_ADDRESS.match(lines[end].strip()) or len(lines[end].strip()) < 2:
        return False
    above = " ".join(lines[max(0, end - 3) : end])
    return above.count("<") > above.count(">")


def _ending_at(lines: Sequence[str], end: int, taken: int) -> Announced | None:
    quoted_next = _quote_follows(lines, end)
    window = ""
    start = end
    for start in _starts(lines, end, taken):
        window = " ".join(f"{lines[start].strip()} {window}".split())
        if len(window) > _MAX_WINDOW:
            return None
        if _reads_as_announcement(window, quoted_next):
            break
    else:
        return None
    if not _DATE.search(window[:60]):
        start = _with_date_above(lines, start, end, taken)
    shared = _WITHIN_LINE.search(lines[start])
    before = lines[start][: shared.start(1)].rstrip(" -") if shared else ""
    return Announced(start, end, before)


def _starts(lines: Sequence[str], end: int, taken: int) -> list[int]:
    """Lines an announcement ending at `end` may begin at, nearest first: up to five, over a blank only beside a "<"."""
    starts: list[int] = []
    at = end
    while at > taken and len(starts) < 6:
        if lines[at].strip():
            if at != end and (is_quoted(lines[at]) or divider(lines[at])):
                break
            starts.append(at)
        elif not starts or not (lines[starts[-1]].lstrip().startswith("<") or lines[at - 1].rstrip().endswith("<")):
            break
        at -= 1
    return starts


def _reads_as_announcement(text: str, quoted_next: bool) -> bool:
    bare = _DIRECTIONS.sub("", text).strip(" \t-_=*—–")
    date = _DATE.search(bare)
    says = _VERB_END.search(bare[-40:]) is not None
    if says and _between_dashes(text) and len(bare) < 200:
        return True
    mail = "@" in bare and _MAIL.search(bare) is not None
    if not (date or mail or says):
        return False
    colon = bare.endswith((":", "："))
    early = date is not None and date.start() < 60
    timed = mail or quoted_next or _TIME.search(bare) is not None
    if says and early and timed and (colon or mail):
        return True
    if mail and says and len(bare) < 200 and _MAIL_BEFORE_VERB.search(bare[-160:]):
        return True
    if colon and mail and (early or _CITES.match(bare)) and _MAIL_AT_END.search(bare[-160:]):
        return True
    if colon and date and timed and (mail or early) and len(bare) < 300 and _VERB.search(bare):
        return True
    if quoted_next and len(bare) < 200:
        return (says and colon and len(bare) < 100) or (early and mail and bare.endswith((">", ":")))
    return False


def _with_date_above(lines: Sequence[str], start: int, end: int, taken: int) -> int:
    """Address and verb matched alone; the date they belong to may stand on the lines above."""
    for above in _starts(lines, end, taken):
        if above >= start:
            continue
        line = lines[above].strip()
        if len(line) > 200:
            break
        date = _DATE.search(line)
        if (date and date.start() < 40 and line[-1] not in ".!?") or _WITHIN_LINE.search(line):
            return above
    return start


def _quote_follows(lines: Sequence[str], end: int) -> bool:
    for below in range(end + 1, min(end + 4, len(lines))):
        if lines[below].strip():
            return is_quoted(lines[below]) and not _closes_address(lines, below)
    return False


def field_kind(line: str) -> str:
    """ "from", "date", "to", "cc" or "subject" if the line is such a field of a quoted header block, else ""."""
    if ":" not in line[:60] and "：" not in line[:60]:
        return ""
    match = _LABEL.match(_DIRECTIONS.sub("", line[:120]))
    return FIELDS.get(match.group(1).strip(" *_").replace("\u00a0", " ").casefold(), "") if match else ""


def header_block(lines: Sequence[str], start: int) -> bool:
    """Whether a block of From:, Sent:, To:, Subject: fields (any known language, any order) begins at this line."""
    first = field_kind(lines[start])
    if not first or first == "cc":
        return False
    kinds: set[str] = set()
    text = ""
    strays = blanks = 0
    for line in lines[start : start + 16]:
        if not line.strip():
            blanks += 1
            if blanks > len(kinds) or not kinds or blanks > 1 and strays:
                break
            continue
        kind = field_kind(line)
        if not kind:
            strays += 1
            if strays > 3 or blanks:
                break
            text += " " + line[:200]
            continue
        kinds.add(kind)
        kinds.update(FIELDS.get(hit.group(1).casefold(), "") for hit in _LATER_LABEL.finditer(line[:300]))
        text += " " + line[:200]
    kinds.discard("")
    addressed = _MAIL.search(text) is not None
    if "from" in kinds and len(kinds) >= 3:
        # A traveller's "From: … To: … Date: …" has neither addresses nor a subject nor the time of day.
        return addressed or "subject" in kinds or _TIME.search(text.replace("\u200e", "")) is not None
    if "from" in kinds or {"date", "to"} <= kinds:
        return len(kinds) >= 2 and addressed
    return False
