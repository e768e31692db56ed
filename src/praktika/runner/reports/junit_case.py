"""One `<testcase>` of JUnit XML to a Case: what the elements inside it mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from praktika.model.result import Status
from praktika.runner.reports.cases import FAILED_ON_RETRY, FLAKY, Case
from praktika.runner.reports.names import is_pytest, junit_name
from praktika.runner.reports.raw.text import (
    PART_LIMIT,
    Excerpt,
    joined,
    line_number,
    moment,
    seconds,
)

SUITE_PARTS = frozenset({"failure", "error"})
_FLAKY = frozenset({"flakyFailure", "flakyError"})
_RERUN = frozenset({"rerunFailure", "rerunError"})
_OUTPUT = frozenset({"system-out", "system-err"})
PARTS = SUITE_PARTS | _FLAKY | _RERUN | _OUTPUT | {"skipped", "warning"}

_EXPECTED = frozenset({"pytest.xfail", "XFAIL"})
# What tools say in the attributes `status` and `result` when they write no element.
_WORDS = {
    "fail": Status.FAIL,
    "failed": Status.FAIL,
    "failure": Status.FAIL,
    "error": Status.ERROR,
    "errored": Status.ERROR,
    "skip": Status.SKIPPED,
    "skipped": Status.SKIPPED,
    "notrun": Status.SKIPPED,
    "disabled": Status.SKIPPED,
    "ignored": Status.SKIPPED,
    "suppressed": Status.SKIPPED,
}


@dataclass(slots=True)
class Part:
    """An element inside a case, with the text of all that is in it."""

    tag: str
    attributes: Mapping[str, str]
    text: Excerpt = field(default_factory=lambda: Excerpt(PART_LIMIT))

    def __str__(self) -> str:
        message = self.attributes.get("message", "")
        if self.tag == "skipped" and message:
            # The text only says it again, with the place.
            return message.strip()
        return joined(message, str(self.text))


def case_of(
    attributes: Mapping[str, str], parts: Sequence[Part], suites: Sequence[str], file: str
) -> Case:
    """The case of these attributes and parts, in these suites (see `junit_name`)."""
    status = _status(attributes, parts)
    name = junit_name(attributes, suites)
    line = line_number(attributes.get("line"))
    if is_pytest(suites):
        file = file or name.partition("::")[0]
        # pytest counts lines from 0.
        line += "line" in attributes
    return Case(
        name=name,
        status=status,
        start=moment(attributes.get("timestamp")),
        duration=seconds(attributes.get("time")),
        info=_info(status, parts),
        file=file,
        line=line,
        classname=attributes.get("classname", ""),
        labels=tuple(_labels(parts)),
    )


def _status(attributes: Mapping[str, str], parts: Sequence[Part]) -> Status:
    tags = {part.tag for part in parts}
    skipped = next((part for part in parts if part.tag == "skipped"), None)
    if skipped is not None:
        return _skipped(attributes, skipped, failed=bool(tags & SUITE_PARTS))
    for part in parts:
        if part.tag == "error":
            surprise = part.attributes.get("type") == "UnexpectedSuccess"
            return Status.FAIL if surprise else Status.ERROR
    if "failure" in tags:
        return Status.FAIL
    words = (attributes.get("result", "").lower(), attributes.get("status", "").lower())
    return next((_WORDS[word] for word in words if word in _WORDS), Status.OK)


def _skipped(attributes: Mapping[str, str], part: Part, *, failed: bool) -> Status:
    if failed or part.attributes.get("type") in _EXPECTED:
        # node's "todo" that fails has both elements.
        return Status.XFAIL
    if _ctest_could_not_run(attributes, part):
        return Status.ERROR
    return Status.SKIPPED


def _ctest_could_not_run(attributes: Mapping[str, str], part: Part) -> bool:
    """Whether ctest itself counts this as a failure: no executable, a failed fixture.

    It says "skipped" then too; what the author skipped has a message that begins with SKIP_.
    """
    return (
        attributes.get("status") == "notrun"
        and "result" not in attributes
        and attributes.get("classname") == attributes.get("name")
        and bool(part.attributes.get("message"))
        and not part.attributes["message"].startswith("SKIP_")
    )


def _info(status: Status, parts: Sequence[Part]) -> str:
    text = Excerpt()
    for part in sorted(parts, key=lambda part: part.tag in _OUTPUT):
        if part.tag in _OUTPUT and status not in {Status.FAIL, Status.ERROR}:
            continue
        body = str(part)
        if not body:
            continue
        if text:
            text.add("\n\n")
        text.add(_heading(part.tag))
        text.add(body)
    return str(text)


def _heading(tag: str) -> str:
    if tag in _OUTPUT:
        return f"{tag}:\n"
    if tag in _FLAKY | _RERUN:
        return "Earlier attempt:\n" if tag in _FLAKY else "Further attempt:\n"
    return ""


def _labels(parts: Sequence[Part]) -> list[str]:
    tags = {part.tag for part in parts}
    if tags & _FLAKY:
        return [FLAKY]
    return [FAILED_ON_RETRY] if tags & _RERUN else []
