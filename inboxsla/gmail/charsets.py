"""Bytes to text, whatever the sender says about them: never raises, never slower than linear."""

from __future__ import annotations

import codecs
import re
import unicodedata
from functools import lru_cache

_CHARSETS = {
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "ansi_x3.4-1968": "cp1252",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "unicode-1-1-utf-7": "utf-7",
    "utf8mb4": "utf-8",
    "binary": "",
    "8bit": "",
    "7bit": "",
}
# Codecs that are no character sets, or whose decoding is slower than linear.
_NOT_FOR_MAIL = {
    "idna",
    "punycode",
    "unicode_escape",
    "raw-unicode-escape",
    "raw_unicode_escape",
    "undefined",
    "mbcs",
    "oem",
}
_STATEFUL = ("iso2022", "hz", "utf-7", "utf-16", "utf-32")
# Seven bits only: with any other byte in it, the text is something else.
_SEVEN_BIT = ("iso2022", "hz")
_MULTIBYTE = ("gb18030", "big5", "cp932", "cp949", "euc_", "shift_jis", "johab", "cp950")
# What 8-bit text is that was declared as ISO-2022-JP or not as Japanese at all.
_JAPANESE = ("cp932", "euc_jp")
_META = re.compile(rb"<meta\s[^>]{0,200}charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_JAPANESE_ESCAPES = (b"\x1b$B", b"\x1b$@", b"\x1b(J")


@lru_cache(maxsize=512)
def codec_name(charset: str) -> str:
    """Python's name for a charset as mail names it, or "" when it is unknown or unfit."""
    name = charset.strip().strip("\"'").rstrip(";").strip().lower()
    name = _CHARSETS.get(name, name)
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError, UnicodeError):
        return ""
    if info.name in _NOT_FOR_MAIL or not getattr(info, "_is_text_encoding", True):
        return ""
    return info.name


def decode_bytes(data: bytes, charset: str = "") -> str:
    """Text of `data`. Valid UTF-8 wins over the declared charset, because senders mislabel it, unless it may well be East Asian.

    Composed characters come out whole, also where a charset has letters and tones apart.
    """
    codec = codec_name(charset) if charset else ""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    if data.isascii():
        return _seven_bits(data, codec)
    if codec.startswith(_STATEFUL):
        return _wrongly_stateful(data, codec)
    as_utf8 = _strict(data, "utf-8")
    if as_utf8 is not None and (
        not codec.startswith(_MULTIBYTE) or _surely_utf8(as_utf8) or _strict(data, codec) is None
    ):
        return as_utf8.removeprefix("\ufeff")
    text = _tolerant(data, codec if codec and codec not in ("ascii",) else "cp1252")
    return unicodedata.normalize("NFC", text) if codec == "cp1258" else text


def _seven_bits(data: bytes, codec: str) -> str:
    """ASCII, unless it switches to other scripts by escapes, or is UTF-16 of little but Latin letters."""
    if codec.startswith(_SEVEN_BIT) or (codec.startswith(("utf-16", "utf-32")) and b"\0" in data):
        return _tolerant(data, codec)
    if any(escape in data for escape in _JAPANESE_ESCAPES):
        return _strict(data, "iso2022_jp_ext") or data.decode("ascii")
    return data.decode("ascii")


def _wrongly_stateful(data: bytes, codec: str) -> str:
    """Eight-bit bytes under a charset of seven bits, or UTF-16 and UTF-32, which hardly ever happen to be valid UTF-8."""
    as_utf8 = _strict(data, "utf-8")
    if as_utf8 is not None and "\0" not in as_utf8:
        return as_utf8.removeprefix("\ufeff")
    if codec.startswith("iso2022_jp"):
        found = next((text for each in _JAPANESE if (text := _strict(data, each)) is not None), None)
        return found if found is not None else _tolerant(data, codec)
    return _tolerant(data, codec)


def named_in_html(data: bytes) -> str:
    """The charset an HTML page names in its own head, for a mail whose headers name none; "" if it does not."""
    hit = _META.search(data[:2048])
    return hit.group(1).decode("ascii") if hit else ""


def is_utf8(data: bytes) -> bool:
    return _strict(data, "utf-8") is not None


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        # A body cut at our limit may end within a character.
        if error.start >= len(data) - 4 and len(data) > 64:
            return data[: error.start].decode(codec, "ignore")
    except (LookupError, ValueError):
        return None
    return None


def _tolerant(data: bytes, codec: str) -> str:
    exact = _strict(data, codec)
    if exact is not None:
        return exact
    try:
        text = data.decode(codec, "replace")
    except (LookupError, ValueError):
        text = data.decode("utf-8", "replace")
    if codec == "utf-8" and not any("\x7f" < char < "\ufffd" for char in text):
        # Not damaged UTF-8, of which something would be whole, but another charset under its name.
        return data.decode("cp1252", "replace")
    return text


def _surely_utf8(text: str) -> bool:
    """East Asian text can be valid UTF-8 by accident where that makes two-byte letters; two wide characters are none."""
    wide = 0
    for char in text[:2000]:
        if char > "\u07ff":
            wide += 3
        elif char > "\x7f":
            wide += 1
        if wide >= 6:
            return True
    return False
