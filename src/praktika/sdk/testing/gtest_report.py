"""Reading the JSON report of Google Test."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from praktika.sdk.result.status import Status
from praktika.sdk.testing.case import Case, Report, clipped


def read_gtest(path: Path) -> Report:
    """The tests of a report; it is incomplete if it is missing or cut off.

    Raises:
        OSError: it is there and cannot be read.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8", errors="replace"))
        suites = document["testsuites"]
        cases = [_case(suite, test) for suite in suites for test in suite.get("testsuite", [])]
    except FileNotFoundError:
        return Report([], is_complete=False)
    except (ValueError, KeyError, TypeError, AttributeError):
        return Report([], is_complete=False)
    return Report(cases, is_complete=True)


def _case(suite: Mapping[str, Any], test: Mapping[str, Any]) -> Case:
    scope = str(test.get("classname") or suite.get("name") or "")
    ext: dict[str, Any] = {"file": test.get("file"), "line": test.get("line"), "classname": scope}
    failures = [str(each.get("failure", "")) for each in test.get("failures", [])]
    skipped = [str(each.get("message", "")) for each in test.get("skipped", [])]
    return Case(
        f"{scope}.{test.get('name', '')}",
        _status(test, failed=bool(failures)),
        _seconds(test.get("time")),
        clipped("\n".join(failures or skipped)),
        ext={key: value for key, value in ext.items() if value},
    )


def _status(test: Mapping[str, Any], *, failed: bool) -> str:
    if failed:
        return Status.FAIL
    if test.get("status") == "NOTRUN" or test.get("result") in {"SKIPPED", "SUPPRESSED"}:
        return Status.SKIPPED
    return Status.OK


def _seconds(text: object) -> float | None:
    try:
        return float(str(text).removesuffix("s"))
    except ValueError:
        return None
