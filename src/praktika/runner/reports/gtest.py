"""The JSON that googletest writes with `--gtest_output=json:FILE`.

googletest writes the file at the very end, so a truncated one is rare: a full disk, a kill in that
moment. Its times are local ones labelled as UTC, so no start time is taken from them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from praktika.model.result import Status
from praktika.runner.reports.cases import Case, Cases, ReportError
from praktika.runner.reports.names import joined_name, with_parameter
from praktika.runner.reports.raw.encoding import chunks
from praktika.runner.reports.raw.text import Excerpt, line_number, seconds

SIZE_LIMIT = 128 * 1024 * 1024

# A string without an end reaches to the end of the text.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[{}\[\]]', re.DOTALL)
_PLACE = re.compile(r"(.+?):(\d+)(?:\n|$)")
_CLOSER = {"{": "}", "[": "]"}
_DEPTH = 100


def read(stream: BinaryIO, cases: Cases) -> None:
    """Add every test of a report.

    Raises:
        ReportError: the file is too large, or nothing of it is a report.
    """
    text = _text(stream)
    trouble = ""
    try:
        document = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        trouble = _what(error)
        document = _salvaged(text)
        if document is None:
            raise ReportError(trouble) from error
    for suite in _objects(document, "testsuites"):
        for test in _objects(suite, "testsuite"):
            cases.add(_case(suite, test))
    if trouble:
        cases.trouble(trouble)


def _text(stream: BinaryIO) -> str:
    pieces = []
    size = 0
    for piece in chunks(stream):
        pieces.append(piece)
        size += len(piece)
        if size > SIZE_LIMIT:
            raise ReportError(f"is larger than {SIZE_LIMIT:,} characters, and must be read whole")
    return "".join(pieces).lstrip("\ufeff")


def _what(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        place = f"line {error.lineno}, column {error.colno}"
        if not error.doc[error.pos :].strip() or "Unterminated" in error.msg:
            return f"ends in the middle ({place}): the program that wrote it was stopped."
        return f"is not JSON at {place}: {error.msg}."
    return f"is not JSON: {error}."


def _salvaged(text: str) -> dict[str, Any] | None:
    """What a document says up to the last object that is whole, or None."""
    open_brackets: list[str] = []
    whole, closers = 0, ""
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if sign in _CLOSER:
            open_brackets.append(_CLOSER[sign])
            if len(open_brackets) > _DEPTH:
                return None
        elif open_brackets and sign == open_brackets[-1]:
            open_brackets.pop()
            if sign == "}":
                whole, closers = token.end(), "".join(reversed(open_brackets))
        elif sign in "]}":
            break
    try:
        document = json.loads(text[:whole] + closers, strict=False)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _objects(parent: Any, key: str) -> Iterator[dict[str, Any]]:
    children = parent.get(key) if isinstance(parent, dict) else None
    if isinstance(children, list):
        yield from (child for child in children if isinstance(child, dict))


def _case(suite: dict[str, Any], test: dict[str, Any]) -> Case:
    classname = _word(test, "classname") or _word(suite, "name")
    name = joined_name(classname, _word(test, "name"), ".")
    failures = [_word(part, "failure") for part in _objects(test, "failures")]
    skips = [_word(part, "message") for part in _objects(test, "skipped")]
    file, line = _place(test, failures)
    return Case(
        name=with_parameter(name, _word(test, "value_param"), _word(test, "type_param")),
        status=_status(test, failures),
        duration=seconds(test.get("time")),
        info=_info(failures or skips),
        file=file,
        line=line,
        classname=classname,
    )


def _status(test: dict[str, Any], failures: list[str]) -> Status:
    if failures:
        return Status.FAIL
    if _word(test, "status") == "NOTRUN" or _word(test, "result") in {"SKIPPED", "SUPPRESSED"}:
        return Status.SKIPPED
    return Status.OK


def _place(test: dict[str, Any], failures: list[str]) -> tuple[str, int]:
    """Where the test is defined, as newer versions tell; else where it failed first."""
    if file := _word(test, "file"):
        return file, line_number(test.get("line"))
    for failure in failures:
        if found := _PLACE.match(failure):
            return found[1], line_number(found[2])
    return "", 0


def _info(parts: list[str]) -> str:
    text = Excerpt()
    for part in parts:
        text.add(f"\n\n{part.rstrip()}" if text else part.rstrip())
    return str(text)


def _word(entry: dict[str, Any], key: str) -> str:
    value = entry.get(key)
    return value if isinstance(value, str) else ""
