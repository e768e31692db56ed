"""A Result on disk, and the end of a job: `complete_job`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn, Self

from praktika.sdk.files import read_json, write_atomic
from praktika.sdk.job.environment import current_job_name, current_workflow_name
from praktika.sdk.names import result_path
from praktika.sdk.result.status import Status
from praktika.sdk.result.text import to_stdout
from praktika.sdk.result.tree import Tree
from praktika.sdk.settings import Settings
from praktika.sdk.shell.output import complain, say


class Stored(Tree):
    """A Tree that can be written to `TEMP_DIR/result_<name>.json` and read from there.

    A Result that was dumped or read is bound to its file: setters rewrite it, as long as it is
    there. Others, and parts of others, never touch the disk.
    """

    _file: str = ""

    @staticmethod
    def file_name_static(name: str) -> str:
        """Path of the file that holds the Result of that name."""
        return result_path(name, str(Settings.TEMP_DIR))

    def file_name(self) -> str:
        """Path of the file that `dump` writes."""
        return self.file_name_static(self.name)

    @classmethod
    def exist(cls, name: str) -> bool:
        """Whether a Result of that name is stored."""
        return Path(cls.file_name_static(name)).is_file()

    @classmethod
    def from_file(cls, path: str | Path) -> Self:
        """The Result in a file.

        Raises:
            OSError: the file cannot be read.
            ValueError: it does not hold a Result.
        """
        try:
            result = cls.from_dict(read_json(path))
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error
        result._file = str(path)  # noqa: SLF001 - an instance of this class
        return result

    @classmethod
    def from_fs(cls, name: str) -> Self:
        """The stored Result of that name, of this job or of one that it requires.

        Raises:
            OSError: there is none, or it cannot be read.
            ValueError: the file does not hold a Result.
        """
        path = cls.file_name_static(name)
        brought = result_path(name, str(Settings.INPUT_DIR))
        return cls.from_file(path if Path(path).is_file() else brought)

    @classmethod
    def get(cls) -> Self:
        """The stored Result of the current job; errors as those of `from_fs`."""
        return cls.from_fs(current_job_name())

    @classmethod
    def get_workflow_result(cls) -> Self:
        """The stored Result of the current workflow; errors as those of `from_fs`."""
        return cls.from_fs(current_workflow_name())

    def dump(self) -> Self:
        """Write this Result to its file.

        Raises:
            OSError: it cannot be written.
        """
        self._file = self.file_name()
        write_atomic(self._file, self.to_json())
        return self

    def complete_job(
        self,
        *,
        with_job_summary_in_info: bool = True,
        do_not_block_pipeline_on_failure: bool = False,
        disable_attached_files_sorting: bool = False,
    ) -> NoReturn:
        """Store this as the Result of the job, print a summary, and exit: 0 if it is OK, else 1.

        A Result of another name is stored under its own name and, as the job's, under the job's.
        One that is not settled, because a part of it is not, becomes ERROR.

        Args:
            with_job_summary_in_info: say how many parts failed, if nothing else is said.
            do_not_block_pipeline_on_failure: let jobs that need this one run if it fails.
            disable_attached_files_sorting: keep the files in the order of their attachment.

        Raises:
            SystemExit: always.
        """
        if with_job_summary_in_info and not self.info:
            self.info = self._summary()
        if do_not_block_pipeline_on_failure:
            self.ext["do_not_block_pipeline_on_failure"] = True
        if not disable_attached_files_sorting:
            self.files.sort()
        if not self.is_completed():
            self.add_error(f"the job was completed while its status was {self.status}")
            self.status = Status.ERROR
        say(to_stdout(self))
        try:
            self.dump()
            self._dump_as_job()
        except OSError as error:
            complain(f"the Result could not be stored: {error}")
            sys.exit(1)
        sys.exit(0 if self.is_ok() else 1)

    def do_not_block_pipeline_on_failure(self) -> bool:
        """Whether jobs that need this one may run although it failed."""
        return bool(self.ext.get("do_not_block_pipeline_on_failure"))

    def _dump_as_job(self) -> None:
        job = current_job_name()
        path = self.file_name_static(job)
        if job and path != self._file:
            write_atomic(path, _renamed(self, job).to_json())

    def _summary(self) -> str:
        failed = sum(part.has_failed() for part in self.results)
        return f"Failures: {failed}/{len(self.results)}" if failed else ""

    def _changed(self) -> Self:
        if self._file and os.path.exists(self._file):  # noqa: PTH110 - the quickest, it is frequent
            write_atomic(self._file, self.to_json())
        return self


def _renamed(result: Stored, name: str) -> Stored:
    copy = result.copy_without_parts()
    copy.name = name
    copy.results = result.results
    return copy
