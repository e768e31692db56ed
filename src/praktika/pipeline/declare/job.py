"""Job: one command, where it runs, what it needs and what it leaves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeAlias

from praktika.pipeline.declare.artifact import ArtifactConfig
from praktika.pipeline.declare.declared import Declared, caller, fresh, remark, renamed
from praktika.pipeline.declare.parametrize import JobParamSet, parametrized, sets_of_lists

if TYPE_CHECKING:
    One: TypeAlias = "str | ArtifactConfig | JobConfig"
    Names: TypeAlias = "One | Sequence[One]"


class JobDigest(Declared):
    """The files that a job's outcome depends on."""

    KIND: ClassVar[str] = "CacheDigestConfig"

    include_paths: list[str] = fresh(factory=list)
    exclude_paths: list[str] = fresh(factory=list)
    with_git_submodules: bool = False


class JobParts:
    """The classes that authors reach as `Job.…`.

    They stand in a class of their own so that type checkers take them for types, not for fields.
    """

    ParamSet: TypeAlias = JobParamSet
    CacheDigestConfig: TypeAlias = JobDigest


class JobConfig(JobParts, Declared):
    """A declared job. Every `set_…` returns a changed copy.

    Attributes:
        runs_on: labels of a pool that may run it; on one machine any will do.
        command: a line for bash, run at the root of the job's own copy of the repository.
        requires: artifacts to bring in, or jobs whose outcome it needs; it waits for both.
        run_after: jobs that it waits for without needing anything of them.
        provides: artifacts that it leaves.
        timeout: seconds until it is ended.
        timeout_shell_cleanup: a line for bash that runs then.
        digest_config: the files that its outcome depends on.
        run_in_docker: `image[:tag]`, and options for `docker run` each behind a `+`.
        always_run: it runs whatever became of the jobs that it waits for.
        allow_failure: its failure neither stops its dependents nor fails the run.
        force_success: a failure is shown as OK.
        retries: how often it is tried again after a failure of its own, or a timeout: 0 to 10.
        rerun_command: a line for bash that runs only the tests of which the names are in the file
            `$PRAKTIKA_FAILED_TESTS`, one a line; "" if it cannot.
        result_name_for_cidb: the part of its Result whose children are test cases.
        parameter: what `parametrize` gave it.
        secrets: those that only this job gets.
        pre_hooks: lines for bash before the command.
        post_hooks: lines for bash after it.
        test_reports: paths or patterns of test reports that the command leaves.
    """

    KIND: ClassVar[str] = "Job"
    RENAMED: ClassVar[dict[str, str]] = {
        "allow_merge_on_failure": "allow_failure",
        "run_unless_cancelled": "always_run",
    }
    GONE: ClassVar[dict[str, str]] = {
        "needs_jobs_from_requires": "A job named in 'requires' is always needed.",
        "job_requirements": "Install what a job needs in 'pre_hooks', or use 'run_in_docker'.",
    }

    name: str
    runs_on: str | list[str] = fresh(factory=list)
    command: str
    requires: list[str] = fresh(factory=list)
    run_after: list[str] = fresh(factory=list)
    provides: list[str] = fresh(factory=list)
    timeout: int | float = 5 * 3600
    timeout_shell_cleanup: str | None = None
    digest_config: JobDigest | None = None
    run_in_docker: str = ""
    always_run: bool = False
    allow_failure: bool = False
    force_success: bool = False
    retries: int = 0
    rerun_command: str = ""
    enable_commit_status: bool = False
    enable_gh_auth: bool = False
    result_name_for_cidb: str = ""
    parameter: Any = None
    secrets: list[Any] = fresh(factory=list)
    needs_submodules: bool = False
    pre_hooks: list[str] = fresh(factory=list)
    post_hooks: list[str] = fresh(factory=list)
    test_reports: str | list[str] = fresh(factory=list)

    def parametrize(self, *sets: JobParamSet, **older: Any) -> list[Self]:
        """One copy for each set, named after the set's parameter; no set, no job.

        `{PARAMETER}` in `command` and `rerun_command` stands for the parameter; other braces stay
        as they are.
        """
        if older:
            sets = (*sets, *sets_of_lists(older))
        jobs = parametrized(self, sets)
        if older:
            note = renamed(caller(), "parametrize() with lists", "Job.ParamSet(...) for each job")
            for job in jobs:
                remark(job, note)
        return jobs

    def set_requires(self, requires: Names, reset: bool = False) -> Self:  # noqa: FBT001, FBT002 - the established signature
        """A copy that also needs these: names of artifacts or jobs, or jobs themselves."""
        return self._with(requires=_joined(self.requires, requires, reset=reset))

    def set_run_after(self, run_after: Names, reset: bool = False) -> Self:  # noqa: FBT001, FBT002 - the established signature
        """A copy that also waits for these jobs, whatever they leave."""
        return self._with(run_after=_joined(self.run_after, run_after, reset=reset))

    def set_dependency(self, dependencies: Names, reset: bool = False) -> Self:  # noqa: FBT001, FBT002 - the established signature
        """The older name of `set_run_after`."""
        clone = self.set_run_after(dependencies, reset)
        remark(clone, renamed(caller(), "set_dependency()", "set_run_after()"))
        return clone

    def set_provides(self, provides: Names, reset: bool = False) -> Self:  # noqa: FBT001, FBT002 - the established signature
        """A copy that also leaves these artifacts: names, or artifacts themselves."""
        return self._with(provides=_joined(self.provides, provides, reset=reset))

    def unset_provides(self, keyword: str = "") -> Self:
        """A copy without the artifacts whose names contain the keyword, in any case."""
        kept = [name for name in self.provides if keyword.lower() not in str(name).lower()]
        return self._with(provides=kept)

    def set_pre_hooks(self, pre_hooks: list[str]) -> Self:
        """A copy with these shell lines before its command."""
        return self._with(pre_hooks=pre_hooks)

    def set_post_hooks(self, post_hooks: list[str]) -> Self:
        """A copy with these shell lines after its command."""
        return self._with(post_hooks=post_hooks)

    def set_command(self, command: str) -> Self:
        """A copy with another command."""
        return self._with(command=command)

    def set_name(self, name: str) -> Self:
        """A copy with another name."""
        return self._with(name=name)

    def set_runs_on(self, runs_on: str | list[str]) -> Self:
        """A copy that runs elsewhere."""
        return self._with(runs_on=runs_on)

    def set_timeout(self, timeout: float) -> Self:
        """A copy with another time limit, in seconds."""
        return self._with(timeout=timeout)

    def set_retries(self, retries: int) -> Self:
        """A copy that is tried again so often after a failure of its own."""
        return self._with(retries=retries)

    def set_rerun_command(self, command: str) -> Self:
        """A copy with another command for running failed tests again."""
        return self._with(rerun_command=command)

    def set_allow_failure(self, value: bool = True) -> Self:  # noqa: FBT001, FBT002 - the established signature
        """A copy whose failure neither stops its dependents nor fails the run."""
        return self._with(allow_failure=value)

    def set_allow_merge_on_failure(self, value: bool = True) -> Self:  # noqa: FBT001, FBT002 - the established signature
        """The older name of `set_allow_failure`."""
        clone = self.set_allow_failure(value)
        remark(clone, renamed(caller(), "set_allow_merge_on_failure()", "set_allow_failure()"))
        return clone

    def set_run_in_docker(self, run_in_docker: str) -> Self:
        """A copy that runs in another image."""
        return self._with(run_in_docker=run_in_docker)

    @staticmethod
    def get_job(job_configs: Iterable[JobConfig], name: str) -> JobConfig | None:
        """The job of exactly that name, or None."""
        return next((job for job in job_configs if job.name == name), None)


class JobNames:
    """`Job.Config`, as a type."""

    Config: TypeAlias = JobConfig


class Job(JobNames, JobConfig):
    """A declared job; `Job(...)` and `Job.Config(...)` are the same."""


def _joined(old: object, new: Names, *, reset: bool) -> list[Any]:
    """The old names, unless reset, then the new ones that are not among them."""
    names = [it.name if isinstance(it, JobConfig | ArtifactConfig) else it for it in _listed(new)]
    kept = [] if reset else _listed(old)
    return [*kept, *(name for name in names if name not in kept)]


def _listed(value: Any) -> list[Any]:
    if isinstance(value, list | tuple | set):
        return list(value)
    return [] if value is None else [value]
