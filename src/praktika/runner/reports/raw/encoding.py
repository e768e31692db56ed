"""Bytes of a report to characters: byte-order marks, UTF-16, declared encodings, bad bytes."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

CHUNK = 256 * 1024

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
# Python has codecs that are no text encodings (zlib, rot13); a file must not choose those.
_KNOWN = re.compile(
    r"(iso-?8859-\d+|latin-?\d+|(windows-|cp)125\d|gbk|gb2312|gb18030|big5|shift_jis|sjis"
    r"|euc-(jp|kr)|koi8-[ru])"
)


def encoding_of(head: bytes) -> str:
    """The encoding of a file from its first bytes; UTF-8 if nothing tells otherwise.

    A byte-order mark wins over an XML declaration: programs declare what they do not write.
    """
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if head[1:4:2] == b"\0\0":
        return "utf-16-le"
    if head[0:3:2] == b"\0\0":
        return "utf-16-be"
    declared = _DECLARED.match(head)
    name = declared[1].decode().lower() if declared else ""
    return name if _KNOWN.fullmatch(name) else "utf-8"


def decoded(head: bytes) -> str:
    """The beginning of a file as text; a character that is cut at its end is left out."""
    return codecs.getincrementaldecoder(encoding_of(head))("replace").decode(head)


def chunks(stream: BinaryIO) -> Iterator[str]:
    """The whole stream as text, piece by piece; bytes that mean nothing become U+FFFD."""
    data = stream.read(CHUNK)
    decoder = codecs.getincrementaldecoder(encoding_of(data))("replace")
    while data:
        yield decoder.decode(data)
        data = stream.read(CHUNK)
    yield decoder.decode(b"", final=True)
