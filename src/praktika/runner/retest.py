"""Running only the tests again that failed in an earlier attempt. Pure, but for reading that.

The job gets their names in a file, one a line; what it tells of them takes the place of what the
earlier attempt told, and everything else stays.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from praktika.errors import Absent
from praktika.model.result import Result, aggregate, leaves
from praktika.model.task import Task
from praktika.model.wire import WireError, decode
from praktika.ports.blobs import Blobs

FAILED_TESTS = "failed_tests.txt"
"""Name of the file below TEMP_DIR; its path is in PRAKTIKA_FAILED_TESTS."""


def earlier_result(blobs: Blobs, task: Task) -> Result | None:
    """The Result whose failed tests this attempt is to run, or None if it is to run all."""
    if not task.tests_of:
        return None
    key = f"runs/{task.run}/jobs/{task.job}/{task.tests_of}/result.json"
    try:
        earlier = decode(blobs.get(key), Result)
    except (Absent, WireError):
        return None
    return earlier if any(failed_tests(earlier)) else None


def failed_tests(result: Result) -> Iterator[str]:
    """Names of the tests that did not go well, each once, as far as a line can hold them."""
    if not result.results:
        return
    names = (test.name for _, test in leaves(result) if not test.status.is_ok)
    yield from dict.fromkeys(name for name in names if name and "\n" not in name)


def merged(earlier: Result, now: Result) -> Result:
    """The Result of the job, with the tests of both attempts."""
    if not now.results:
        return now
    again = {path[1:]: test for path, test in leaves(now)}
    by_name = {path[-1]: path for path in again}
    parts = _replaced(earlier, (), again, by_name)
    known = {path[1:] for path, _ in leaves(earlier)}
    names = {path[-1] for path in known}
    fresh = [test for path, test in again.items() if path not in known and path[-1] not in names]
    results = (*parts.results, *fresh)
    status = now.status
    if status.is_ok:
        status = aggregate(part.status for part in results)
    return msgspec.structs.replace(now, results=results, status=status)


def _replaced(
    node: Result,
    path: tuple[str, ...],
    again: dict[tuple[str, ...], Result],
    by_name: dict[str, tuple[str, ...]],
) -> Result:
    if not node.results and path:
        found = again.get(path)
        if found is None and not node.status.is_ok:
            # Other tools nest the same test otherwise when only a few are run.
            found = again.get(by_name.get(node.name, ()))
        return node if found is None else _labelled(node, found)
    parts = tuple(_replaced(part, (*path, part.name), again, by_name) for part in node.results)
    status = aggregate(part.status for part in parts) if path else node.status
    return msgspec.structs.replace(node, results=parts, status=status)


def _labelled(before: Result, after: Result) -> Result:
    if before.status.is_ok:
        return after
    label = "retry_ok" if after.status.is_ok else "retry_failed"
    labels = after.ext.get("labels")
    kept = labels if isinstance(labels, list) else []
    return msgspec.structs.replace(after, ext={**after.ext, "labels": [*kept, {"name": label}]})
