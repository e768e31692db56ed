"""Masking: secrets do not come out in what a job prints, whole or in the usual disguises.

A secret is looked for as it is, line by line if it has several, in base64 at any alignment, as part
of a URL, and as JSON writes it. What a job does to hide one (reverses it, prints it letter by
letter) is not undone.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

SHORTEST = 6
"""Bytes of a secret: shorter ones would be masked in ordinary words."""

STARS = b"***"
_BASE64_LINE = 76
_HEAD = 8
"""Bytes by which the beginnings of secrets are told apart before all of them is compared."""


class Mask:
    """Replaces secrets by three stars.

    Args:
        values: the secrets. Those under `SHORTEST` bytes are not looked for.
    """

    def __init__(self, values: Iterable[str] = ()) -> None:
        secrets = {value for whole in values for value in _with_fields(whole)}
        self._needles = sorted({one for value in secrets for one in _forms(value)}, key=_order)
        self._in_json = sorted({one for value in secrets for one in _json_forms(value)}, key=_order)
        self._longest = max(map(len, self._needles), default=1) - 1
        # Of a secret there are as many beginnings as it has bytes: all of them have no room.
        self._heads = {one[:end] for one in self._needles for end in range(1, _HEAD + 1)}
        pairs = b"|".join(sorted({re.escape(one[:2]) for one in self._needles}))
        self._pairs = re.compile(b"(?=" + pairs + b")")

    def __repr__(self) -> str:
        return f"Mask({len(self._needles)} forms)"

    def text(self, text: str) -> str:
        """The text without secrets."""
        masked = _masked(text.encode("utf-8", "surrogatepass"), self._needles)
        return masked.decode("utf-8", "surrogatepass")

    def json(self, document: bytes) -> bytes:
        """A JSON document without secrets, still JSON."""
        return _masked(document, self._in_json)

    def split(self, data: bytes) -> tuple[bytes, bytes]:
        """What can be shown of a stream's data, without secrets; and what has to wait.

        What waits may be the beginning of a secret: it goes before the data that comes next.
        """
        if not self._needles:
            return data, b""
        # What a match ends with begins no other one: so first the matches, then the rest.
        pattern = _found(data, self._needles)
        end = 0
        shown: list[bytes] = []
        for match in pattern.finditer(data) if pattern else ():
            shown += (data[end : match.start()], STARS)
            end = match.end()
        rest = data[end:]
        held = self._held(rest)
        return b"".join((*shown, rest[: len(rest) - held])), rest[len(rest) - held :]

    def last(self, data: bytes) -> bytes:
        """What can be shown of what has waited, when nothing comes any more."""
        return _masked(data, self._needles)

    def _held(self, rest: bytes) -> int:
        """How many of the last bytes may be the beginning of a secret."""
        window = rest[-self._longest :]
        for match in self._pairs.finditer(window):
            at = match.start()
            if window[at : at + _HEAD] in self._heads and self._begins_with(window[at:]):
                return len(window) - at
        return 1 if window[-1:] in self._heads else 0

    def _begins_with(self, part: bytes) -> bool:
        """Whether a secret begins with this, and goes on."""
        return any(len(one) > len(part) and one.startswith(part) for one in self._needles)


def _order(needle: bytes) -> tuple[int, bytes]:
    """The longest first: a secret that holds another one is one."""
    return -len(needle), needle


def _found(data: bytes, needles: Iterable[bytes]) -> re.Pattern[bytes] | None:
    """A pattern of the needles that are there; None if none is.

    Looking for each alone is ten times as fast as a pattern of a hundred.
    """
    there = [re.escape(one) for one in needles if one in data]
    return re.compile(b"|".join(there)) if there else None


def _masked(data: bytes, needles: Iterable[bytes]) -> bytes:
    pattern = _found(data, needles)
    return pattern.sub(STARS, data) if pattern else data


def _with_fields(value: str) -> Iterator[str]:
    """A secret, and the texts in it, at any depth, if it is a JSON object or list."""
    yield value
    if value.lstrip().startswith(("{", "[")):
        try:
            yield from _texts(json.loads(value))
        except (ValueError, RecursionError):
            return


def _texts(document: object) -> Iterator[str]:
    match document:
        case str():
            yield document
        case dict():
            for part in document.values():
                yield from _texts(part)
        case list():
            for part in document:
                yield from _texts(part)


def _parts(value: str) -> Iterator[str]:
    """A secret as one line or more, as far as each is long enough."""
    for part in {value, value.strip(), *(line.strip() for line in value.splitlines())}:
        if len(_bytes(part)) >= SHORTEST:
            yield part


def _forms(value: str) -> Iterator[bytes]:
    for part in _parts(value):
        data = _bytes(part)
        yield data
        yield from _json_forms(part)
        yield from _base64_forms(data)
        yield binascii.hexlify(data)


def _json_forms(value: str) -> Iterator[bytes]:
    for part in _parts(value):
        for ascii_only in (True, False):
            yield _bytes(json.dumps(part, ensure_ascii=ascii_only)[1:-1])
        for quoted in (quote(_bytes(part), safe=""), quote_plus(_bytes(part)), quote(_bytes(part))):
            yield quoted.encode()
        yield from _base64_forms(_bytes(part))
        yield binascii.hexlify(_bytes(part))


def _base64_forms(data: bytes) -> Iterator[bytes]:
    """What base64 makes of a secret, whatever stands before and after it."""
    for before in range(3):
        code = base64.b64encode(b"\0" * before + data)
        # A digit has six bits: those that tell of the neighbours, too, are left out.
        sure = code[-(-8 * before // 6) : 8 * (before + len(data)) // 6]
        yield from (sure, sure.translate(bytes.maketrans(b"+/", b"-_")))
        if before == 0 and len(code) > _BASE64_LINE:
            lines = (code[at : at + _BASE64_LINE] for at in range(0, len(code), _BASE64_LINE))
            yield from (line for line in lines if len(line) >= 2 * SHORTEST)


def _bytes(text: str) -> bytes:
    """The bytes that a process gets as this text."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
