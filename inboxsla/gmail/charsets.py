"""Bytes to text, whatever the sender says about them: never raises, never slower than linear."""

from __future__ import annotations

import codecs
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
_MULTIBYTE = ("gb18030", "big5", "cp932", "cp949", "euc_", "shift_jis", "johab", "cp950")


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
    """Text of `data`. Valid UTF-8 wins over a declared single-byte charset, because senders (and Gmail) mislabel it."""
    codec = codec_name(charset) if charset else ""
    if data.isascii() and not codec.startswith(_STATEFUL):
        return data.decode("ascii")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    if codec.startswith(_STATEFUL) and codec != "utf-7":
        return _tolerant(data, codec)
    as_utf8 = _strict(data, "utf-8")
    if as_utf8 is not None and (not codec.startswith(_MULTIBYTE) or _surely_utf8(as_utf8)):
        return as_utf8.removeprefix("\ufeff")
    return _tolerant(data, codec if codec and codec not in ("ascii",) else "cp1252")


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
        return data.decode(codec, "replace")
    except (LookupError, ValueError):
        return data.decode("utf-8", "replace")


def _surely_utf8(text: str) -> bool:
    """Short East Asian text can be valid UTF-8 by accident; several wide characters cannot."""
    wide = 0
    for char in text[:2000]:
        if char > "\u07ff":
            wide += 2
        elif char > "\x7f":
            wide += 1
        if wide >= 6:
            return True
    return False
