"""Filter hooks, called in the sandbox with the facts of a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from praktika.adapters.local.sandbox import LocalSandbox
from praktika.model.facts import Facts
from praktika.model.plan import Compilation

DECLARED = """
    from praktika import Job, Workflow
    from praktika.info import Info

    {hook}

    JOBS = [Job(name=name, command="true") for name in ("Build", "Docs", "Tests")]
    WORKFLOWS = [
        Workflow(
            name="w", event="pull_request", jobs=JOBS,
            workflow_filter_hooks=[hook], pre_hooks=["true"],
        )
    ]
"""


@pytest.fixture
def filtered(tmp_path, write) -> Callable[..., Compilation]:
    """Compiles a workflow of three jobs with a hook of this text, for a run with these facts."""

    def go(hook: str, **facts: object) -> Compilation:
        write("ci/workflows/main.py", DECLARED.replace("{hook}", hook.strip()))
        return LocalSandbox().compile(tmp_path, Facts(repository="o/r", **facts))

    return go


def skipped(compilation: Compilation) -> dict[str, str]:
    assert [str(problem) for problem in compilation.problems] == []
    (plan,) = compilation.plans
    return {job.name: job.reason for job in plan.jobs if job.decision == "skip"}


def test_a_hook_leaves_jobs_out_with_its_reason(filtered) -> None:
    hook = """
    def hook(job_name):
        return job_name == "Docs", "nobody reads them"
    """
    assert skipped(filtered(hook)) == {"Docs": "nobody reads them"}


def test_a_hook_without_a_reason_is_named(filtered) -> None:
    hook = """
    def hook(job_name):
        return job_name == "Docs", ""
    """
    assert skipped(filtered(hook)) == {"Docs": "the filter hook 'hook' says so"}


def test_a_reason_that_is_no_text_is_spelt_out(filtered) -> None:
    hook = """
    def hook(job_name):
        return job_name == "Docs", "\\udcff"
    """
    assert skipped(filtered(hook)) == {"Docs": "\\udcff"}


def test_a_hook_knows_the_changed_files_and_the_other_facts(filtered) -> None:
    hook = """
    def hook(job_name):
        info = Info()
        told = f"{info.get_changed_files()} {info.git_branch} {info.workflow_name} {info.sha}"
        return job_name == "Docs", told
    """
    found = filtered(hook, changed=("src/a", "src/b"), branch="fix", sha="c0ffee")
    assert skipped(found) == {"Docs": "['src/a', 'src/b'] fix w c0ffee"}


def test_where_the_change_is_not_known_neither_are_its_files(filtered) -> None:
    hook = """
    def hook(job_name):
        return Info().get_changed_files() is None, "unknown"
    """
    assert set(skipped(filtered(hook))) == {"Build", "Docs", "Tests"}


def test_hooks_are_not_asked_about_the_jobs_that_praktika_adds(filtered) -> None:
    hook = """
    def hook(job_name):
        assert job_name in ("Build", "Docs", "Tests"), job_name
        return True, "all"
    """
    assert "Config Workflow" not in skipped(filtered(hook))


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("return 'yes'", "it answered 'yes'"),
        ("return 1 / 0, ''", "ZeroDivisionError"),
        ("return ('yes', '')", "it answered ('yes', '')"),
    ],
)
def test_a_hook_that_fails_stops_the_run_and_says_where(filtered, body: str, text: str) -> None:
    hook = f"""
    def hook(job_name):
        {body}
    """
    found = filtered(hook)

    assert found.plans == ()
    (problem,) = found.problems
    assert problem.code == "filter-failed"
    assert problem.file == "ci/workflows/main.py"
    assert text in problem.text
    assert "'Build'" in problem.text


def test_without_facts_no_hook_is_called(tmp_path, write) -> None:
    hook = "def hook(job_name):\n        raise SystemExit(3)"
    write("ci/workflows/main.py", DECLARED.replace("{hook}", hook))
    (plan,) = LocalSandbox().compile(tmp_path).plans

    assert {job.decision for job in plan.jobs} == {"run"}


def test_a_hook_that_ends_the_process_says_so(filtered) -> None:
    hook = """
    def hook(job_name):
        raise SystemExit(3)
    """
    found = filtered(hook)

    assert found.plans == ()
    assert [problem.severity for problem in found.problems] == ["error"]


def test_hooks_leave_nothing_in_the_checkout(filtered, tmp_path: Path) -> None:
    hook = """
    def hook(job_name):
        Info().store_kv_data("seen", job_name)
        return False, ""
    """
    assert skipped(filtered(hook)) == {}
    assert {path.name for path in (tmp_path / "ci").iterdir()} == {"workflows"}
