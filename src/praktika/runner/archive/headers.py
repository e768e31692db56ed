"""The headers of tar: ustar, with pax records for what does not fit. Pure.

Written is POSIX.1-2001. Read is that, and what GNU tar writes: its long names, and its numbers in
base 256.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from praktika.runner.archive.limits import Refused, shown

BLOCK: Final = 512
END: Final = bytes(2 * BLOCK)

FILE: Final = b"0"
HARD_LINK: Final = b"1"
LINK: Final = b"2"
FOLDER: Final = b"5"
PAX: Final = b"x"
PAX_GLOBAL: Final = b"g"
GNU_NAME: Final = b"L"
GNU_LINK: Final = b"K"

_KINDS = {b"\0": FILE, b"7": FILE}
_HEADER = struct.Struct("100s8s8s8s12s12s8sc100s8s32s32s8s8s155s12x")
_OWNER = b"0000000\0"
_SIZES = 8**11
_MAGIC = b"ustar\00000"


@dataclass(slots=True)
class Entry:
    """One header.

    Attributes:
        name: as written; that of a folder may end with "/".
        kind: the type flag.
        size: bytes of content that follow.
        mode: permission bits, with setuid, setgid and sticky.
        mtime: seconds since the epoch.
        link: target of a link.
    """

    name: bytes
    kind: bytes
    size: int
    mode: int
    mtime: float
    link: bytes = b""


def header(entry: Entry) -> bytes:
    """An entry's header, with a pax header before it if it needs one."""
    name, link, size, mtime = entry.name, entry.link, entry.size, int(entry.mtime)
    records = b""
    prefix = b""
    if len(name) > 100:
        prefix, name = _split(name)
        if not prefix:
            records += record(b"path", entry.name)
    if len(link) > 100:
        records += record(b"linkpath", link)
        link = link[:100]
    if size >= _SIZES:
        records += record(b"size", b"%d" % size)
        size = 0
    if not 0 <= mtime < _SIZES:
        records += record(b"mtime", b"%d" % mtime)
        mtime = 0
    block = _block(Entry(name, entry.kind, size, entry.mode, mtime, link), prefix)
    if not records:
        return block
    if not _is_utf8(records):
        records = record(b"hdrcharset", b"BINARY") + records
    first = Entry(b"PaxHeaders/0", PAX, len(records), 0o644, mtime)
    return b"".join([_block(first, b""), records, padding(len(records)), block])


def padding(size: int) -> bytes:
    """The zeros between `size` bytes and the next header."""
    return bytes(-size % BLOCK)


def record(key: bytes, value: bytes) -> bytes:
    """A pax record: its own length, in decimal digits, comes first."""
    rest = len(key) + len(value) + 3
    length = rest + len(str(rest))
    length = rest + len(str(length))
    return b"%d %s=%s\n" % (length, key, value)


def records(data: bytes) -> dict[bytes, bytes]:
    """The records of a pax header.

    Raises:
        Refused: they are malformed.
    """
    found: dict[bytes, bytes] = {}
    start = 0
    while start < len(data):
        digits, _, _ = data[start : start + 20].partition(b" ")
        length = int(digits) if digits.isdigit() else 0
        text = data[start + len(digits) + 1 : start + length]
        key, equals, value = text.partition(b"=")
        if length <= len(digits) + 1 or start + length > len(data) or not equals:
            raise Refused("it has a malformed pax header")
        if not text.endswith(b"\n"):
            raise Refused("it has a malformed pax header")
        found[key] = value[:-1]
        start += length
    return found


def parse(block: bytes) -> Entry:
    """The entry of a header's 512 bytes.

    Raises:
        Refused: they are no header.
    """
    fields = _HEADER.unpack(block)
    name, mode, size, mtime, checksum, kind, link, magic, prefix = (
        *(fields[0], fields[1], fields[4], fields[5], fields[6], fields[7], fields[8]),
        *(fields[9], fields[14]),
    )
    if sum(block) - sum(checksum) + 256 != number(checksum):
        raise Refused("it has a damaged header")
    name = name.partition(b"\0")[0]
    if magic[:6] == _MAGIC[:6] and prefix[0]:
        name = prefix.partition(b"\0")[0] + b"/" + name
    link = link.partition(b"\0")[0]
    kind = _KINDS.get(kind, kind)
    if kind == FILE and name.endswith(b"/"):
        kind = FOLDER  # as very old programs write them
    return Entry(name, kind, number(size), number(mode), number(mtime), link)


def amended(entry: Entry, pax: dict[bytes, bytes]) -> Entry:
    """The entry with what its pax header says.

    Raises:
        Refused: it says what this cannot read.
    """
    if any(key.startswith(b"GNU.sparse.") for key in pax):
        raise Refused(f"it has a sparse file, {shown(entry.name)}")
    try:
        entry.name = pax.get(b"path", entry.name)
        entry.link = pax.get(b"linkpath", entry.link)
        entry.size = int(pax.get(b"size", entry.size))
        entry.mtime = float(pax.get(b"mtime", entry.mtime))
    except ValueError:
        raise Refused(f"it has a malformed pax header before {shown(entry.name)}") from None
    return entry


def number(field: bytes) -> int:
    """A number in octal digits, or in base 256 if its first bit is set.

    Raises:
        Refused: it is neither.
    """
    if field[0] & 0x80:
        if field[0] == 0xFF:
            return int.from_bytes(field, "big", signed=True)
        return int.from_bytes(field, "big") - (0x80 << (8 * (len(field) - 1)))
    try:
        return int(field.partition(b"\0")[0].strip() or b"0", 8)
    except ValueError:
        raise Refused("it has a damaged header") from None


def _block(entry: Entry, prefix: bytes) -> bytes:
    block = _HEADER.pack(
        entry.name,
        b"%07o\0" % (entry.mode & 0o7777),
        _OWNER,
        _OWNER,
        b"%011o\0" % entry.size,
        b"%011o\0" % int(entry.mtime),
        b"        ",
        entry.kind,
        entry.link,
        _MAGIC,
        b"",
        b"",
        _OWNER,
        _OWNER,
        prefix,
    )
    return b"%s%06o\0%s" % (block[:148], sum(block), block[155:])


def _split(name: bytes) -> tuple[bytes, bytes]:
    """A name as prefix and rest of at most 155 and 100 bytes; no prefix if that cannot be."""
    cut = name.find(b"/", max(len(name) - 101, 1))
    if 0 < cut <= 155 and cut < len(name) - 1:
        return name[:cut], name[cut + 1 :]
    return b"", name[:100]


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
