"""Running test programs, and judging a run by its report and its exit code together."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from praktika.sdk.result.excerpt import excerpt
from praktika.sdk.result.status import Status, aggregate
from praktika.sdk.shell.child import TIMED_OUT
from praktika.sdk.shell.shell import Shell
from praktika.sdk.testing.case import Report
from praktika.sdk.testing.gtest_report import read_gtest
from praktika.sdk.testing.junit_report import read_junit
from praktika.sdk.testing.pytest_report import read_report_log

_USAGE_ERROR = 4
_NO_TESTS = 5
_OPTION = "--report-log"


class Pytest(NamedTuple):
    """How pytest is to be run.

    Attributes:
        arguments: paths and options, as a shell would read them.
        command: what starts pytest.
        cwd: its working directory.
        env: additions to its environment.
        report: path of the report of pytest-reportlog.
        log: path for all output.
        pytest_log: path for the log records that pytest writes, or "".
        timeout: seconds.
    """

    arguments: str
    command: str
    cwd: str | None
    env: Mapping[str, str] | None
    report: str
    log: str
    pytest_log: str
    timeout: float | None


class Outcome(NamedTuple):
    """What became of a run of tests.

    Attributes:
        status: of the whole.
        report: its tests.
        info: why the status is not what the tests say, or "".
        files: what it wrote.
    """

    status: str
    report: Report
    info: str
    files: list[str]


def run_pytest(plan: Pytest) -> Outcome:
    """Run pytest with pytest-reportlog, or without it with the JUnit report of pytest's own.

    Without any report the exit code alone decides.
    """
    junit = f"{plan.report.removesuffix('.jsonl')}.xml"
    _remove(plan.report, junit, plan.pytest_log)
    code = _run_pytest(plan, f"{_OPTION}={_quoted(plan.report)}")
    report = _NONE
    if code == _USAGE_ERROR and _OPTION in excerpt(Path(plan.log), failed=True)[0]:
        code = _run_pytest(plan, f"--junitxml={_quoted(junit)}")
        if Path(junit).is_file():
            report = read_junit(Path(junit))
    elif Path(plan.report).is_file():
        report = read_report_log(Path(plan.report))
    files = _present(plan.report, junit, plan.pytest_log, plan.log)
    return _judged(code, report, plan.log, files)


def run_gtest(command: str, report: str, log: str) -> Outcome:
    """Run a program of Google Test, telling it where to write its report."""
    _remove(report)
    code = Shell.run(f"{command} --gtest_output=json:{_quoted(report)}", log)
    return _judged(code, read_gtest(Path(report)), log, _present(report, log))


_NONE = Report([], is_complete=False)


def _run_pytest(plan: Pytest, option: str) -> int:
    if plan.pytest_log:
        option += f" --log-file={_quoted(plan.pytest_log)}"
    env = None if plan.env is None else os.environ | dict(plan.env)
    Path(plan.report).parent.mkdir(parents=True, exist_ok=True)
    return Shell.run(
        f"{plan.command} {plan.arguments} {option}",
        plan.log,
        timeout=plan.timeout,
        cwd=plan.cwd,
        env=env,
    )


def _judged(code: int, report: Report, log: str, files: list[str]) -> Outcome:
    status = aggregate(case.status for case in report.cases)
    why = ""
    if code == TIMED_OUT or code < 0:
        status = Status.ERROR
        why = "The tests ran out of time" if code == TIMED_OUT else f"Killed by signal {-code}"
    elif code and status == Status.OK:
        status = Status.FAIL
        why = "No tests were found" if code == _NO_TESTS else f"Exit code {code}, no failed test"
    elif not code and not report.is_complete:
        why = "There is no complete report; the exit code says that the tests passed"
    if why and status != Status.OK:
        why = "\n".join(filter(None, [why, _summary(log)]))
    return Outcome(status, report, why, files)


def _summary(log: str) -> str:
    """What a sanitizer sums up, and the end of the log."""
    path = Path(log)
    with suppress(OSError), path.open(encoding="utf-8", errors="replace") as lines:
        sums = [line.strip() for line in lines if line.startswith("SUMMARY:")]
        return "\n".join([*sums[:5], excerpt(path, failed=False)[0]])
    return ""


def _quoted(path: str) -> str:
    return shlex.quote(str(Path(path).absolute()))


def _remove(*paths: str) -> None:
    for path in filter(None, paths):
        Path(path).unlink(missing_ok=True)


def _present(*paths: str) -> list[str]:
    return [path for path in filter(None, paths) if Path(path).is_file()]
