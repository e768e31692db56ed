"""Making a Result from parts, and from commands that are run now."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from praktika.sdk.job.environment import current_job_name
from praktika.sdk.names import file_stem
from praktika.sdk.result.commands import Command, Commands
from praktika.sdk.result.excerpt import excerpt
from praktika.sdk.result.node import text_of
from praktika.sdk.result.status import Status, aggregate, status_of
from praktika.sdk.result.stored import Stored
from praktika.sdk.settings import Settings
from praktika.sdk.stopwatch import Stopwatch

_NOTHING = "Neither a status nor parts were given"


class Created(Stored):
    """A Stored with the constructors that authors use."""

    @classmethod
    def create_from(  # noqa: PLR0913 - the vocabulary's signature
        cls,
        name: str = "",
        results: Iterable[Self] | None = None,
        stopwatch: Stopwatch | None = None,
        *,
        status: str | bool = "",
        files: str | Path | Iterable[str | Path] | None = None,
        assets: Iterable[str | Path] | None = None,
        info: str | Sequence[str] = "",
        with_info_from_results: bool = False,
        links: Iterable[str] | None = None,
        labels: Iterable[str] | None = None,
    ) -> Self:
        """A Result of something that has ended.

        Args:
            name: by default that of the job.
            results: its parts; they give the status unless `status` does (see `aggregate`).
            stopwatch: gives start and duration; without one they come from the stored Result of
                the same name, if that still says RUNNING.
            status: a word or a bool; without it and without parts the status is ERROR.
            files: paths to attach.
            assets: paths of files that belong to an attached page.
            info: text or lines.
            with_info_from_results: add the info of each part, under its name.
            links: URLs.
            labels: names.

        Raises:
            ValueError: `status` is not a status.
        """
        parts = list(results or ())
        name = name or current_job_name() or Path(sys.argv[0]).stem
        result = cls(name, _status(status, parts), results=parts, links=links)
        lines = [text_of(info) or ("" if parts or status != "" else _NOTHING)]
        if with_info_from_results:
            lines += [f"{part.name}: {part.info}" for part in parts if part.info]
        result.info = "\n".join(line for line in lines if line)
        result.set_files(files or (), strict=False)
        if assets:
            result.ext["assets"] = [str(path) for path in assets]
        for label in labels or ():
            result.set_label(label)
        if stopwatch is not None:
            return result.set_timing(stopwatch)
        result.start_time = _stored_start(result.file_name())
        return result.update_duration()

    @classmethod
    def create_new(
        cls,
        name: str,
        status: str | bool,  # noqa: FBT001 - one way to say a status
        links: Iterable[str] | None = None,
        info: str | Sequence[str] = "",
        results: Iterable[Self] | None = None,
    ) -> Self:
        """A Result without times."""
        return cls(name, status, results=results, links=links, info=text_of(info))

    @classmethod
    def from_commands_run(  # noqa: PLR0913 - the vocabulary's signature
        cls,
        name: str,
        command: Command | Sequence[Command],
        *,
        with_log: bool = False,
        with_info: bool = False,
        with_info_on_failure: bool = True,
        fail_fast: bool = True,
        workdir: str | Path | None = None,
        command_args: Sequence[Any] = (),
        command_kwargs: Mapping[str, Any] | None = None,
        retries: int = 1,
        retry_errors: str | Sequence[str] = (),
    ) -> Self:
        """The Result of running commands now: FAIL if any of them fails.

        A command is a line for bash or a callable. A callable succeeds by returning True or
        nothing (None, "", 0 …) and fails by returning False, by returning something (which is
        then the info), or by raising. What commands print is shown, and kept in one log.

        Args:
            name: of the Result.
            command: one or several.
            with_log: attach the log.
            with_info: put an excerpt of the log into the info (see `excerpt`).
            with_info_on_failure: do so if a command fails.
            fail_fast: do not run what comes after a failure.
            workdir: where the commands run.
            command_args: arguments for callables.
            command_kwargs: keyword arguments for callables.
            retries: how many tries a line has.
            retry_errors: try again only if stderr contains one of these texts.
        """
        stopwatch = Stopwatch()
        log = f"{Settings.TEMP_DIR}/{file_stem(name)}.log"
        run = Commands(
            Path(log).absolute(),
            workdir=workdir,
            arguments=(command_args, command_kwargs or {}),
            shell_options={"retries": retries, "retry_errors": retry_errors},
        )
        commands = [command] if isinstance(command, str) or callable(command) else list(command)
        for each in commands:
            if not run.run(each) and fail_fast:
                break
        result = cls(name, run.succeeded, results=run.results, info="\n".join(run.messages))
        result.set_timing(stopwatch)
        is_cut = False
        if with_info or (with_info_on_failure and not run.succeeded):
            text, is_cut = excerpt(Path(log), failed=not run.succeeded)
            if text:
                result.set_info(text)
        if with_log or is_cut:
            result.set_files(log, strict=False)
        return result


def _status(status: str | bool, parts: Sequence[Stored]) -> str:  # noqa: FBT001 - either says it
    if status != "":
        return status_of(status)
    return aggregate(part.status for part in parts) if parts else Status.ERROR


def _stored_start(path: str) -> float | None:
    try:
        stored = Stored.from_file(path)
    except (OSError, ValueError):
        return None
    return stored.start_time if stored.is_running() else None
