"""Rows of the CI database's table of checks, from a Result. Pure.

One row for the job (with an empty test name) and one for each test.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from praktika.sdk.job.environment import Environment
from praktika.sdk.job.links import report_url
from praktika.sdk.result.node import Node
from praktika.sdk.result.status import Status

# What the column check_status has for each status; test_status has the status itself.
_CHECK_WORDS = {
    Status.OK: "success",
    Status.XFAIL: "success",
    Status.FAIL: "failure",
    Status.UNKNOWN: "failure",
    Status.XPASS: "failure",
}


def rows(
    env: Environment, result: Node, result_name_for_cidb: str = ""
) -> Iterator[dict[str, Any]]:
    """The rows of a job.

    Args:
        env: the facts of the run.
        result: of the job.
        result_name_for_cidb: the part whose parts are the tests; by default the job's own.
    """
    check = _check(env, result)
    yield check
    tests = next((part for part in result.results if part.name == result_name_for_cidb), result)
    for test in tests.results:
        yield {
            **check,
            "test_name": test.name,
            "test_status": test.status,
            "test_duration_ms": _milliseconds(test.duration),
            "test_context_raw": test.info,
        }


def usage_row(
    env: Environment, check_name: str, test_name: str, duration_ms: int
) -> dict[str, Any]:
    """A row that tells what something took: storage in bytes or items, machines in time."""
    row = _check(env, Node(check_name, Status.OK, time.time()))
    return {**row, "test_name": test_name, "check_duration_ms": duration_ms}


def _check(env: Environment, result: Node) -> dict[str, Any]:
    number = max(env.PR_NUMBER, 0)
    place = ("PR", str(number)) if number else ("REF", env.BRANCH)
    return {
        "pull_request_number": number,
        "commit_sha": env.SHA,
        "check_name": result.name,
        "check_status": _CHECK_WORDS.get(result.status, result.status.lower()),
        "check_duration_ms": _milliseconds(result.duration),
        "check_start_time": int(result.start_time or time.time()),
        "test_name": "",
        "test_status": "",
        "test_duration_ms": 0,
        "report_url": report_url(place, env.SHA, env.WORKFLOW_NAME, result.name),
        "pull_request_url": env.CHANGE_URL,
        "commit_url": env.COMMIT_URL,
        "task_url": env.RUN_URL,
        "base_ref": env.BASE_BRANCH,
        "base_repo": env.REPOSITORY,
        "head_ref": env.BRANCH,
        "head_repo": env.FORK_NAME,
        "test_context_raw": result.info,
        "instance_type": env.INSTANCE_TYPE,
        "instance_id": env.INSTANCE_ID,
        "workflow_name": env.WORKFLOW_NAME,
    }


def _milliseconds(seconds: float | None) -> int:
    return max(0, round((seconds or 0.0) * 1000))
