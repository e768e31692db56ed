"""Runs to look at: the trees that the tests of the page open."""

from __future__ import annotations

from collections.abc import Container

from praktika.model.result import Result, Status

START = 1_772_600_000.0
KINDS = ("parser", "lexer", "planner", "storage")
TRACE = """\
    def test_{name}():
        plan = compile("select 1")
>       assert plan.cost == 12
E       AssertionError: assert 13 == 12
E        +  where 13 = Plan(steps=[Scan, Filter]).cost

tests/{kind}/test_{name}.py:41: AssertionError"""


def a_test(number: int, status: Status = Status.OK, **more: object) -> Result:
    kind = KINDS[number % len(KINDS)]
    failed = status in {Status.FAIL, Status.ERROR}
    name = f"tests/{kind}/test_{kind}.py::TestCost::test_case_{number:05d}"
    fields = {
        "start_time": START + number / 100,
        "duration": (number * 7919 % 1000) / 1000,
        "info": TRACE.format(name=f"case_{number}", kind=kind) if failed else "",
        "ext": {"file": f"tests/{kind}/test_{kind}.py", "line": 10 + number % 300},
    }
    return Result(name=name, status=status, **(fields | more))


def many_tests(number: int, failing: Container[int] = ()) -> tuple[Result, ...]:
    return tuple(a_test(i, Status.FAIL if i in failing else Status.OK) for i in range(number))


def a_job(name: str, status: Status = Status.OK, **more: object) -> Result:
    ext = {
        "log": f"jobs/{name.lower().replace(' ', '-')}/1/job.log",
        "command": f"python3 ci/jobs/{name.lower().split()[0]}.py --verbose",
        "runs_on": ["linux", "amd64"],
        "attempt": 1,
        "exit_code": 0 if status is Status.OK else 1,
    } | more.pop("ext", {})
    return Result(
        name=name, status=status, ext=ext, **({"start_time": START, "duration": 12.5} | more)
    )


def a_run(status: Status, jobs: tuple[Result, ...], **more: object) -> Result:
    ext = {
        "run_id": "r-20260304-7f3a",
        "workflow_name": "Pull request",
        "event": "pull_request",
        "repo_name": "acme/widgets",
        "git_branch": "feature/faster-planner",
        "commit_sha": "3f2a9c1d4be07712aa90c2ef0db1c5521eac0f11",
        "commit_message": "Plan filters before scans\n\nThe cost model said so.",
        "dirty": 0,
        "by": "ann",
        "version": "0.2.0",
    } | more.pop("ext", {})
    fields = {"start_time": START, "duration": 312.4} | more
    return Result(name="Pull request", status=status, results=jobs, ext=ext, **fields)


def passing() -> Result:
    return a_run(
        Status.OK,
        (
            a_job("Lint", start_time=START + 1, duration=8.2),
            a_job("Build (amd)", start_time=START + 1, duration=96.0, ext={"artifacts": [WIDGET]}),
            a_job(
                "Unit tests",
                start_time=START + 98,
                duration=61.0,
                results=many_tests(240),
                ext={"needs": ["Build (amd)"]},
            ),
            a_job(
                "Docs",
                Status.SKIPPED,
                start_time=None,
                duration=None,
                ext={"reason": "No changed file concerns it", "exit_code": None},
            ),
        ),
    )


WIDGET = {
    "name": "widget",
    "size": 8_400_123,
    "sha256": "ab" * 32,
    "files": ["widget", "widget.so"],
}
EARLIER = {
    "attempt": 1,
    "status": "ERROR",
    "verdict": "infrastructure",
    "reason": "its runner did not report",
    "runner": "i-07c1e",
}
HOOKS = {
    "pre": [{"name": "docker login", "status": "OK", "duration": 0.8}],
    "post": [
        {
            "name": "./collect_cores.sh",
            "status": "FAIL",
            "duration": 2.1,
            "info": "cp: cannot stat 'core.*': No such file",
        }
    ],
}


def failing() -> Result:
    steps = (
        Result(name="Checkout", status=Status.OK, duration=1.4, start_time=START),
        Result(
            name="Parser",
            status=Status.FAIL,
            duration=20.0,
            results=many_tests(120, (3, 4, 5, 50, 90)),
        ),
        Result(name="Storage", status=Status.OK, duration=30.0, results=many_tests(80)),
    )
    return a_run(
        Status.FAIL,
        (
            a_job(
                "Lint",
                start_time=START + 1,
                duration=8.2,
                ext={"warnings": [{"message": "ruff 0.9 is old", "from": "Lint"}]},
            ),
            a_job("Build (amd)", start_time=START + 1, duration=96.0, ext={"artifacts": [WIDGET]}),
            a_job(
                "Build (arm)",
                Status.ERROR,
                start_time=START + 1,
                duration=44.0,
                info="The runner i-0ab12 was not heard of for 60 s.",
                ext={
                    "reason": "The runner was lost",
                    "verdict": "infrastructure",
                    "attempt": 2,
                    "runs_on": ["linux", "arm64"],
                    "exit_code": None,
                    "earlier_attempts": [EARLIER],
                    "errors": [{"message": "No heartbeat since 14:02:11", "from": "runner"}],
                },
            ),
            a_job(
                "Unit tests",
                Status.FAIL,
                start_time=START + 98,
                duration=61.0,
                results=steps,
                info="Failures: 5/201",
                files=("jobs/unit-tests/1/files/pytest log.txt",),
                links=("https://example.org/dashboard?run=7",),
                ext={
                    "needs": ["Build (amd)"],
                    "hooks": HOOKS,
                    "verdict": "author",
                    "reason": "The command exited with 1",
                    "labels": [
                        {"name": "flaky", "hint": "It failed and passed on the same commit"}
                    ],
                },
            ),
            a_job(
                "Integration tests (postgres, parallel 1/3)",
                Status.FAIL,
                start_time=START + 98,
                duration=200.0,
                info="\x1b[31mE   connection refused\x1b[0m\nsee \x1b[1mpostgres.log\x1b[0m",
                ext={
                    "needs": ["Build (amd)"],
                    "verdict": "timeout",
                    "reason": "Ended after its timeout of 200 s",
                },
            ),
            a_job(
                "Package",
                Status.DROPPED,
                start_time=None,
                duration=None,
                ext={
                    "needs": ["Build (amd)", "Build (arm)", "Unit tests"],
                    "reason": "Build (arm) did not succeed",
                    "exit_code": None,
                },
            ),
            a_job(
                "Docs",
                Status.SKIPPED,
                start_time=None,
                duration=None,
                ext={"reason": "No changed file concerns it", "exit_code": None},
            ),
            a_job("Report", start_time=START + 300, duration=3.0, ext={"needs": ["Package"]}),
        ),
        ext={
            "dirty": 3,
            "warnings": [{"message": "The label “arm64” is deprecated", "from": "Build (arm)"}],
        },
    )


def large(number: int) -> Result:
    job = a_job("Unit tests", Status.FAIL, results=many_tests(number, (number // 2, number - 1)))
    return a_run(Status.FAIL, (a_job("Build"), job))


def unplanned() -> Result:
    info = 'ci/workflows/pr.py:14: unknown-requirement: Job "Tests" requires "bild". Did you mean "build"?\nci/workflows/pr.py:20: cycle: A needs B needs A.'
    return a_run(Status.ERROR, (), info=info, duration=0.4)


def cancelled() -> Result:
    jobs = (
        a_job("Build", Status.DROPPED, ext={"reason": "Cancelled by ann", "verdict": "cancelled"}),
        a_job(
            "Tests",
            Status.DROPPED,
            start_time=None,
            duration=None,
            ext={"reason": "Cancelled by ann"},
        ),
    )
    return a_run(Status.DROPPED, jobs, info="Cancelled by ann", ext={"is_cancelled": True})
