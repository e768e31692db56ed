"""Results of tests in one line."""

from __future__ import annotations

from collections.abc import Iterable

from praktika.model.result import Result, Status, leaves

_NAMES = 3
_NAME_LIMIT = 120


def summary(results: Iterable[Result]) -> str:
    """One line for people: `3 of 120 failed: test_a, test_b, test_c`, or `120 passed`."""
    tests = [leaf for result in results for _, leaf in leaves(result)]
    bad = [test.name for test in tests if not test.status.is_ok]
    if not tests:
        return "no tests"
    if not bad:
        skipped = sum(test.status is Status.SKIPPED for test in tests)
        return f"{len(tests) - skipped:,} passed" + (f", {skipped:,} skipped" if skipped else "")
    names = ", ".join(map(_short, bad[:_NAMES]))
    more = f" and {len(bad) - _NAMES:,} more" if len(bad) > _NAMES else ""
    return f"{len(bad):,} of {len(tests):,} failed: {names}{more}"


def _short(name: str) -> str:
    """The end of a long name tells more than its beginning."""
    return name if len(name) <= _NAME_LIMIT else f"...{name[-_NAME_LIMIT:]}"
