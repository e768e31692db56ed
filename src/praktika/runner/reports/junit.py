"""JUnit XML, in the dialects that tools of all languages write.

Read with expat as a stream: what is kept is the Results and the one case at hand. Entities are
refused where they are declared, so none is ever expanded or fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO
from xml.parsers import expat

from praktika.runner.reports.cases import Cases, ReportError
from praktika.runner.reports.junit_case import PARTS, SUITE_PARTS, Part, case_of
from praktika.runner.reports.raw.encoding import chunks
from praktika.runner.reports.raw.text import one_line
from praktika.runner.reports.raw.xml_input import acceptable

# The parser holds a tag whole, and looks at it anew with every piece that it is given.
TAG_LIMIT = 16 * 1024 * 1024
_SUITES = frozenset({"testsuites", "testsuite"})
_MAX_PARTS = 1_000
_MAX_DEPTH = 1_000


def read(stream: BinaryIO, cases: Cases) -> None:
    """Add every case of a report.

    Raises:
        ReportError: its root is no suite, or it declares entities.
    """
    walk = _Walk(cases)
    parser = _parser(walk)
    fed = 0
    ended = False
    try:
        for data in _bytes(stream):
            parser.Parse(data, False)  # noqa: FBT003 - expat takes no keywords
            fed += len(data)
            if fed - parser.CurrentByteIndex > TAG_LIMIT:
                walk.stop(f"has a tag of more than {TAG_LIMIT:,} bytes")
                return
        ended = True
        parser.Parse(b"", True)  # noqa: FBT003 - expat takes no keywords
    except _TooDeepError:
        walk.stop(f"is nested deeper than {_MAX_DEPTH:,} elements.")
    except expat.ExpatError as error:
        walk.stop(_what(error, ended=ended))


def _bytes(stream: BinaryIO) -> Iterator[bytes]:
    for text in acceptable(chunks(stream)):
        yield text.encode()


def _parser(walk: _Walk) -> expat.XMLParserType:
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = walk.start
    parser.EndElementHandler = walk.end
    parser.CharacterDataHandler = walk.text
    parser.EntityDeclHandler = _refuse_entity
    return parser


def _refuse_entity(name: str, *_: object) -> None:
    raise ReportError(f"declares the entity {one_line(name)[:50]!r}; entities are not read")


def _what(error: expat.ExpatError, *, ended: bool) -> str:
    place = f"line {error.lineno}, column {error.offset + 1}"
    if ended:
        return f"ends in the middle ({place}): the program that wrote it was stopped."
    return f"is not well-formed XML at {place}: {expat.ErrorString(error.code)}."


class _TooDeepError(Exception):
    """The elements are nested too deep."""


class _Walk:
    """What the parser's events mean."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases
        self._tags: list[str] = []
        self._suites: list[dict[str, str]] = []
        self._suite_parts: list[Part] = []
        self._case: dict[str, str] | None = None
        self._parts: list[Part] = []
        self._part: Part | None = None
        self._part_depth = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        tag = tag.rpartition(":")[2]
        if not self._tags:
            self._root(tag)
        if len(self._tags) >= _MAX_DEPTH:
            raise _TooDeepError
        self._tags.append(tag)
        if self._part is not None:
            return
        if tag in _SUITES:
            self._suites.append(attributes)
        elif tag == "testcase":
            if self._case is not None:
                self._add(self._case, self._parts)
            self._case, self._parts = attributes, []
        elif tag in (SUITE_PARTS if self._case is None else PARTS):
            self._part = Part(tag, attributes)
            self._part_depth = len(self._tags)

    def _root(self, tag: str) -> None:
        if tag == "testsuite":
            self._suites.append({})
        elif tag != "testsuites":
            raise ReportError(
                f"is XML, but its root is <{one_line(tag)[:50]}>: JUnit XML begins with"
                " <testsuites> or <testsuite>",
            )

    def text(self, text: str) -> None:
        """Text inside an element; kept where it tells of an outcome."""
        if self._part is not None:
            self._part.text.add(text)

    def end(self, tag: str) -> None:
        """An element ends."""
        tag = tag.rpartition(":")[2]
        if self._part is not None:
            if len(self._tags) == self._part_depth:
                self._keep(self._part)
                self._part = None
        elif tag == "testcase" and self._case is not None:
            self._add(self._case, self._parts)
            self._case = None
        elif tag in _SUITES:
            self._end_suite()
        self._tags.pop()

    def stop(self, what: str) -> None:
        """The report cannot be read any further.

        Raises:
            ReportError: nothing of it could be read.
        """
        if not self._tags and not self._cases:
            raise ReportError(what)
        name = "" if self._case is None else one_line(self._case.get("name", ""))
        self._cases.trouble(f"{what} The case at hand: {name[:200]}" if name else what)

    def _keep(self, part: Part) -> None:
        parts = self._suite_parts if self._case is None else self._parts
        if len(parts) < _MAX_PARTS:
            parts.append(part)

    def _add(self, attributes: dict[str, str], parts: list[Part]) -> None:
        suites = [suite.get("name", "") for suite in self._suites]
        file = attributes.get("file") or next(
            (suite["file"] for suite in reversed(self._suites) if "file" in suite), ""
        )
        self._cases.add(case_of(attributes, parts, suites, file))

    def _end_suite(self) -> None:
        suite = self._suites.pop()
        parts, self._suite_parts = self._suite_parts, []
        if parts:
            # A suite that failed as a whole: its set-up, its import.
            self._add({"name": suite.get("name", "") or "(suite)"}, parts)
