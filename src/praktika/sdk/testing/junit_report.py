"""Reading the JUnit XML that pytest writes by itself, for where it has no pytest-reportlog."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from praktika.sdk.result.status import Status
from praktika.sdk.testing.case import Case, Report, clipped, worst

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_XFAIL = "pytest.xfail"
_STRICT_XPASS = "[XPASS(strict)]"


def read_junit(path: Path) -> Report:
    """The tests of a report; it is incomplete if its XML is.

    Raises:
        OSError: it cannot be read.
    """
    from xml.etree import ElementTree as ET  # noqa: PLC0415 - costs 5 ms, rarely used

    cases: dict[str, Case] = {}
    try:
        # The file comes from the test run that this script has just made, and has its rights.
        for _, element in ET.iterparse(path):  # noqa: S314
            if element.tag == "testcase":
                case = _case(element)
                cases[case.name] = _merged(cases.get(case.name), case)
                element.clear()
    except ET.ParseError:
        return Report(list(cases.values()), is_complete=False)
    return Report(list(cases.values()), is_complete=True)


def _case(element: Element) -> Case:
    scope, name = element.get("classname", ""), element.get("name", "")
    statuses, infos = [Status.OK], []
    for child in element:
        if child.tag in {"failure", "error", "skipped"}:
            statuses.append(_status(child))
            infos += [child.get("message", ""), child.text or ""]
    status = worst(statuses)
    if status in {Status.FAIL, Status.ERROR}:
        infos += [child.text or "" for child in element if child.tag.startswith("system-")]
    return Case(
        f"{scope}::{name}" if scope else name,
        status,
        _number(element.get("time")),
        clipped("\n".join(dict.fromkeys(text for text in infos if text))),
        ext=_place(element, scope),
    )


def _status(outcome: Element) -> str:
    if outcome.tag == "skipped":
        return Status.XFAIL if outcome.get("type") == _XFAIL else Status.SKIPPED
    if outcome.tag == "error":
        return Status.ERROR
    return Status.XPASS if _STRICT_XPASS in outcome.get("message", "") else Status.FAIL


def _place(element: Element, scope: str) -> dict[str, Any]:
    line = element.get("line", "")
    place = {"file": element.get("file"), "line": int(line) if line.isdigit() else None}
    return {key: value for key, value in {**place, "classname": scope}.items() if value}


def _merged(before: Case | None, case: Case) -> Case:
    """A failing teardown is a second entry of the same test."""
    if before is None:
        return case
    return case._replace(
        status=worst([before.status, case.status]),
        duration=(before.duration or 0.0) + (case.duration or 0.0),
        info="\n".join(text for text in (before.info, case.info) if text),
    )


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None
