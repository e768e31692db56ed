"""What is shown on GitHub is told in full: every field, setting and limit."""

from __future__ import annotations

import re
from pathlib import Path

from praktika.checks import budget, reading
from praktika.checks.content import desired, findings
from praktika.model.plan import Shown
from praktika.pipeline.declare.job import JobConfig
from praktika.pipeline.declare.workflow import WorkflowConfig, WorkflowJobChecks
from praktika.pipeline.routes import shown_of
from praktika.sdk.settings import DEFAULTS

TEXT = (Path(__file__).parents[2] / "docs/github-checks.md").read_text()
TOLD = set(re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE))


def test_every_field_that_changes_what_is_shown_is_told_and_no_other():
    workflow = {name for name in WorkflowConfig._fields if name in TOLD}
    assert "enable_commit_status" in JobConfig._fields
    expected = {
        "job_checks",
        "enable_commit_status_on_failure",
        "enable_merge_ready_status",
        "enable_gh_summary_comment",
        "enable_automerge",
    }
    assert workflow == expected
    settings = {"READY_FOR_MERGE_CUSTOM_STATUS_NAME"}
    assert settings <= set(DEFAULTS)
    assert expected | settings | {"enable_commit_status"} == TOLD
    assert len(Shown.__struct_fields__) == len(TOLD) - 1  # the name belongs to the ready status


def test_the_names_that_are_told_are_true():
    for word in (WorkflowJobChecks.ALL, WorkflowJobChecks.FAILURES, WorkflowJobChecks.NONE):
        assert f"`{word.upper()}`" in TEXT or f"JobChecks.{word.upper()}" in TEXT
    workflow = WorkflowConfig("Nightly", "push", [], enable_merge_ready_status=True)
    assert shown_of(workflow, [], {}).ready == "Ready For Merge [Nightly]"
    assert "`Ready For Merge [<workflow>]`" in TEXT


def test_the_limits_that_are_told_are_true():
    ours, theirs = (reading.LARGEST[trust] >> 20 for trust in ("trusted", "untrusted"))
    for told in (
        f"{budget.MINUTE} a minute and {budget.HOUR} an hour",
        f"{desired.JOB_CHECKS} a run",
        f"more than {desired.LIVE_JOBS} jobs",
        f"{findings.ANNOTATIONS} a check",
        f"the {desired.READ} worst failed jobs, each up to {ours} MiB, {theirs} MiB for a",
    ):
        assert told in TEXT
