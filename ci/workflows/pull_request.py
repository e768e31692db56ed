"""praktika tests praktika: the steps of `make test`, as jobs that run side by side.

The tools come from the environment that is active (`. .venv/bin/activate`).
"""

from praktika import Job, Workflow

HERE = "PYTHONPATH=src "


def tests(name: str, folders: str, timeout: int = 900) -> Job:
    """A job that runs some of the tests and reports each of them."""
    return Job(
        name=name,
        runs_on=["linux"],
        command=f"{HERE}python -m pytest {folders} --report-log=ci/tmp/pytest.jsonl",
        test_reports=["ci/tmp/pytest.jsonl"],
        timeout=timeout,
    )


quick = [
    Job(name="Lint", runs_on=["linux"], command="ruff check . && ruff format --check ."),
    Job(name="Types", runs_on=["linux"], command=f"{HERE}mypy"),
    Job(name="Imports", runs_on=["linux"], command=f"{HERE}lint-imports --no-logo"),
    tests("Unit tests", "tests/unit tests/contracts tests/docs tests/simulation tests/replay"),
]
slow = [
    tests("Integration tests", "tests/integration", timeout=1800),
    tests("Browser tests", "tests/browser"),
]

WORKFLOWS = [
    Workflow(
        name="Pull request",
        event=Workflow.Event.PULL_REQUEST,
        base_branches=["main"],
        # What takes minutes waits for what takes seconds.
        jobs=[*quick, *(job.set_run_after([other.name for other in quick]) for job in slow)],
    )
]
