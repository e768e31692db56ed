"""Result: the outcome of a job, a step or a test, as job scripts make it.

Each part of it is a module and adds to the one before: the shape (`node`), what is said about it
(`notes`), its parts (`tree`), its file and the end of a job (`stored`), making one (`create`), and
here what test programs report and how it reads as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from praktika.sdk.names import file_stem
from praktika.sdk.result.create import Created
from praktika.sdk.result.text import to_markdown, to_stdout, truncated
from praktika.sdk.settings import Settings
from praktika.sdk.stopwatch import Stopwatch
from praktika.sdk.testing.runs import Outcome, Pytest, run_gtest, run_pytest


class Result(Created):
    """The outcome of something; see `docs/result.md`."""

    @classmethod
    def from_pytest_run(  # noqa: PLR0913 - the vocabulary's signature
        cls,
        command: str,
        cwd: str | Path | None = None,
        name: str = "Tests",
        *,
        env: Mapping[str, str] | None = None,
        pytest_command: str = "pytest",
        pytest_report_file: str = "",
        pytest_logfile: str = "",
        logfile: str = "",
        timeout: float | None = None,
    ) -> Self:
        """The Result of running pytest now, each test a part of it.

        With pytest-reportlog installed the parts are named by node id; without it they come from
        pytest's JUnit report; without any report the exit code decides.

        Args:
            command: paths and options for pytest, as a shell reads them.
            cwd: its working directory.
            name: of the Result.
            env: additions to its environment.
            pytest_command: what starts pytest.
            pytest_report_file: path of the report, by default `TEMP_DIR/pytest.jsonl`.
            pytest_logfile: path for the log records of the tests.
            logfile: path for all output, by default `TEMP_DIR/<name>.log`.
            timeout: seconds.
        """
        stopwatch = Stopwatch()
        plan = Pytest(
            arguments=command,
            command=pytest_command,
            cwd=None if cwd is None else str(cwd),
            env=env,
            report=pytest_report_file or f"{Settings.TEMP_DIR}/pytest.jsonl",
            log=logfile or f"{Settings.TEMP_DIR}/{file_stem(name)}.log",
            pytest_log=pytest_logfile,
            timeout=timeout,
        )
        return cls._from_run(name, run_pytest(plan), stopwatch)

    @classmethod
    def from_gtest_run(
        cls,
        unit_tests_path: str | Path,
        name: str = "",
        *,
        with_log: bool = False,
        command_launcher: str = "",
        gtest_filter: str = "",
    ) -> Self:
        """The Result of running a program of Google Test now, each test a part of it.

        Args:
            unit_tests_path: the program.
            name: of the Result; by default that of the program.
            with_log: attach its output even if all is well.
            command_launcher: a command that starts the program (`gdb …`).
            gtest_filter: which tests to run.
        """
        from shlex import quote  # noqa: PLC0415 - next to its only use

        stopwatch = Stopwatch()
        name = name or Path(unit_tests_path).name
        command = f"{command_launcher} {quote(str(unit_tests_path))}".lstrip()
        if gtest_filter:
            command += f" --gtest_filter={quote(gtest_filter)}"
        log = f"{Settings.TEMP_DIR}/{file_stem(name)}.log"
        run = run_gtest(command, f"{Settings.TEMP_DIR}/gtest.json", log)
        result = cls._from_run(name, run, stopwatch)
        if result.is_ok() and not with_log:
            result.files.remove(log)
        return result

    def to_stdout_formatted(self, max_info_lines_cnt: int = 100) -> str:
        """A tree for the log (see `praktika.sdk.result.text.to_stdout`)."""
        return to_stdout(self, max_info_lines_cnt)

    def to_markdown(self, max_rows: int = 50, report_url: str = "") -> str:
        """A heading and a table of what failed, for a comment."""
        return to_markdown(self, max_rows, report_url)

    def get_info_truncated(
        self,
        max_info_lines_cnt: int = 100,
        *,
        truncate_from_top: bool = True,
        max_line_length: int = 0,
    ) -> str:
        """The last lines of the info, or the first, and how many are left out."""
        return truncated(
            self.info, max_info_lines_cnt, from_top=truncate_from_top, width=max_line_length
        )

    @classmethod
    def _from_run(cls, name: str, run: Outcome, stopwatch: Stopwatch) -> Self:
        parts = []
        for case in run.report.cases:
            part = cls(case.name, case.status, case.start_time, case.duration)
            part.info, part.ext = case.info, dict(case.ext)
            parts.append(part)
        result = cls(name, run.status, results=parts, files=run.files, info=run.info)
        return result.set_timing(stopwatch)
