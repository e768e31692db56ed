"""What is to be shown of a run."""

from __future__ import annotations

from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from msgspec import structs
from tests.unit.checks.board_scene import FACTS, PAGE, SHA, SUBJECT, failed, job, plan_of

from praktika.checks.content.desired import Options, desired, worth_reading
from praktika.checks.content.findings import ANNOTATIONS, findings_of
from praktika.engine.step import replay
from praktika.model.events import (
    CancelRequested,
    JobFinished,
    JobLost,
    JobStarted,
    Planned,
    RunRequested,
    TimerFired,
)
from praktika.model.plan import Need, Shown
from praktika.model.result import Result, Status

GOLDEN = Path(__file__).parent / "golden"
MARKDOWN = MarkdownIt("gfm-like", {"html": True, "linkify": False})
OPTIONS = Options(page=PAGE)
ALL = Shown(job_checks="all")


def run_of(*jobs, ended=(), shown=None, events=(), **fields):
    """A run of these jobs, of which some have ended: (name, status, fields of the event)."""
    journal = [
        RunRequested(at=100.0, workflow="PR", facts=FACTS, subject=SUBJECT),
        Planned(at=101.0, plan=plan_of(*jobs, shown=shown, **fields)),
    ]
    for name, status, *more in ended:
        journal.append(JobStarted(at=110.0, job=f"key-{name}", attempt=1, runner="m1"))
        fields = more[0] if more else {}
        journal.append(JobFinished(at=175.0, job=f"key-{name}", attempt=1, status=status, **fields))
    return replay([*journal, *events])


def shown_of(run, results=None, options=OPTIONS):
    found = {f"key-{name}": findings_of(result) for name, result in (results or {}).items()}
    return desired(run, "r", found, options)


def conclusion(run) -> str:
    return shown_of(run).workflow.check.conclusion


def test_fault_29_a_failed_required_job_makes_the_check_fail():
    for status in (Status.FAIL, Status.ERROR, Status.UNKNOWN, Status.XPASS):
        run = run_of(job("A"), job("B"), ended=[("A", Status.OK), ("B", status)])
        assert conclusion(run) == "failure", status
    lost = run_of(
        job("A"), events=[JobLost(at=9.0, job="key-A", attempt=n, reason="gone") for n in range(9)]
    )
    assert conclusion(lost) == "failure"


def test_fault_29_so_does_one_that_was_dropped_behind_a_failure_that_is_allowed():
    needs = Need(job="key-A", kind="artifact", artifacts=("x",))
    run = run_of(job("A", allow_failure=True), job("B", needs=(needs,)), ended=[("A", Status.FAIL)])
    assert run.jobs["key-B"].status is Status.DROPPED
    assert conclusion(run) == "failure"


def test_a_failure_that_is_allowed_is_told_and_does_no_harm():
    run = run_of(
        job("A", allow_failure=True), job("B"), ended=[("A", Status.FAIL), ("B", Status.OK)]
    )
    wanted = shown_of(run)
    assert wanted.workflow.check.conclusion == "success"
    assert wanted.workflow.check.title == "1 of 2 jobs failed (allowed): A"
    (piece,) = wanted.jobs
    assert piece.check.conclusion == "neutral"


def test_a_run_that_failed_before_it_was_cancelled_has_failed():
    run = run_of(
        job("A"),
        job("B"),
        ended=[("A", Status.FAIL)],
        events=[CancelRequested(at=200.0, by="ann")],
    )
    check = shown_of(run).workflow.check
    assert check.conclusion == "failure"
    assert check.title == "1 of 2 jobs failed: A; cancelled by ann; 1 job did not run"


def test_one_cancelled_job_makes_a_cancelled_run():
    run = run_of(
        job("A"),
        job("B"),
        ended=[("A", Status.OK)],
        events=[CancelRequested(at=200.0, by="ann", job="key-B")],
    )
    check = shown_of(run).workflow.check
    assert check.conclusion == "cancelled"
    assert check.title.startswith("cancelled by ann")


def test_a_run_that_took_too_long_is_timed_out():
    run = run_of(job("A"), timeout=60.0, events=[TimerFired(at=161.0)])
    check = shown_of(run).workflow.check
    assert check.conclusion == "timed_out"
    assert "deadline (60 s)" in check.title


def test_skipped_is_only_where_nothing_had_to_run():
    skip = {"decision": "skip", "reason": "docs only"}
    assert conclusion(run_of(job("A", **skip), job("B", **skip))) == "skipped"
    run = run_of(job("A", **skip), job("B"), ended=[("B", Status.OK)])
    assert conclusion(run) == "success"
    assert shown_of(run).workflow.check.title == "2 jobs ended well (1 left out)"


def test_the_verdict_says_whose_it_is():
    run = run_of(
        job("A"),
        job("B"),
        job("C"),
        ended=[
            ("A", Status.FAIL, {"verdict": "author", "reason": "exit 1"}),
            ("B", Status.ERROR, {"verdict": "timeout", "reason": "timed out after 5 min"}),
            ("C", Status.FAIL),
        ],
        shown=ALL,
    )
    wanted = shown_of(run)
    summary = wanted.workflow.check.summary
    assert "author: `exit 1`" in summary
    assert "timeout: `timed out after 5 min`" in summary
    by_key = {piece.key: piece.check for piece in wanted.jobs}
    assert by_key["key-A"].conclusion == "failure"
    assert by_key["key-B"].conclusion == "timed_out"
    assert "Whose: timeout" in by_key["key-B"].summary


@pytest.mark.parametrize(
    ("which", "keys"),
    [
        ("all", ["key-Bad", "key-Good", "key-Left"]),
        ("failures", ["key-Bad"]),
        ("none", []),
    ],
)
def test_which_jobs_have_checks_of_their_own(which, keys):
    run = run_of(
        job("Good"),
        job("Bad"),
        job("Left", decision="skip"),
        ended=[("Good", Status.OK), ("Bad", Status.FAIL)],
        shown=Shown(job_checks=which),
    )
    assert [piece.key for piece in shown_of(run).jobs] == keys


def test_a_check_that_is_there_is_kept_true_whatever_is_asked_for():
    run = run_of(job("A"), ended=[("A", Status.OK)], shown=Shown(job_checks="none"))
    options = Options(known=frozenset({"r/key-A"}))
    (piece,) = shown_of(run, options=options).jobs
    assert (piece.check.external_id, piece.check.conclusion) == ("r/key-A", "success")


def test_a_dropped_required_job_is_no_success_for_branch_protection():
    run = run_of(
        job("A"),
        job("B", needs=(Need(job="key-A", kind="order"),)),
        ended=[("A", Status.FAIL)],
        shown=ALL,
    )
    checks = {piece.key: piece.check.conclusion for piece in shown_of(run).jobs}
    assert checks == {"key-A": "failure", "key-B": "cancelled"}


def test_a_job_has_buttons_and_a_name_of_its_own():
    run = run_of(job("A"), job("B"), ended=[("A", Status.OK)], shown=ALL)
    checks = {piece.key: piece.check for piece in shown_of(run).jobs}
    assert checks["key-A"].name == "PR / A"
    assert [each.label for each in checks["key-A"].actions] == ["Re-run"]
    assert [each.label for each in checks["key-B"].actions] == ["Cancel"]
    assert checks["key-A"].url == f"{PAGE}#/job/A"


def test_failed_tests_are_remarked_at_their_lines():
    result = failed("test_x", "test_y", file="src/a.py", line=3, info="boom")
    run = run_of(job("A"), ended=[("A", Status.FAIL)])
    (piece,) = shown_of(run, {"A": result}).jobs
    assert [(note.path, note.line, note.title) for note in piece.check.annotations] == [
        ("src/a.py", 3, "test_x"),
        ("src/a.py", 3, "test_y"),
    ]
    assert piece.check.title == "2 of 2 tests failed: test_x, test_y"
    summary = shown_of(run, {"A": result}).workflow.check.summary
    assert "- `test_x`\n- `test_y`" in summary


def test_without_checks_of_jobs_the_workflows_check_has_the_remarks():
    result = failed("t", file="a.py", line=3)
    run = run_of(job("A"), ended=[("A", Status.FAIL)], shown=Shown(job_checks="none"))
    assert len(shown_of(run, {"A": result}).workflow.check.annotations) == 1
    allowed = run_of(
        job("A", allow_failure=True), ended=[("A", Status.FAIL)], shown=Shown(job_checks="none")
    )
    (note,) = shown_of(allowed, {"A": result}).workflow.check.annotations
    assert note.level == "warning"


@pytest.mark.parametrize(
    "ext",
    [
        {"file": "/etc/passwd", "line": 1},
        {"file": "../outside.py", "line": 1},
        {"file": "a/../../b", "line": 1},
        {"file": "C:\\x.py", "line": 1},
        {"file": "c:/x.py", "line": 1},
        {"file": "a\\b", "line": 1},
        {"file": "a\nb", "line": 1},
        {"file": "a\x00b", "line": 1},
        {"file": "", "line": 1},
        {"file": ["a"], "line": 1},
        {"file": "a.py", "line": 0},
        {"file": "a.py", "line": -4},
        {"file": "a.py", "line": True},
        {"file": "a.py", "line": "3"},
        {"file": "a.py", "line": 10**30},
        {"file": "a.py"},
        {"line": 3},
    ],
)
def test_security_6_what_is_no_place_in_the_repository_is_not_remarked_at(ext):
    assert findings_of(failed("t", **ext)).annotations == ()


def test_security_22_of_100_000_failed_tests_a_bounded_part_is_kept():
    tests = tuple(
        Result(name=f"t{n}", status=Status.FAIL, info="x" * 50, ext={"file": "a.py", "line": n + 1})
        for n in range(100_000)
    )
    found = findings_of(Result(name="A", status=Status.FAIL, results=tests, info="y" * 10**6))
    assert (found.failed, found.tests) == (100_000, 100_000)
    assert len(found.annotations) == ANNOTATIONS
    assert found.unplaced == 100_000 - ANNOTATIONS
    assert len(found.names) <= 20
    assert len(found.info) <= 12_000


@pytest.mark.parametrize(
    ("jobs", "name"),
    [(300, "J"), (300, "é|`" * 100), (10_000, "漢" * 100)],
    ids=["300", "300 nasty", "10000 long"],
)
def test_a_summary_stays_within_what_github_takes(jobs, name):
    ended = [
        (f"{name}{n}", Status.FAIL if n % 3 else Status.OK, {"reason": f"@you {name * 9}"})
        for n in range(jobs)
    ]
    run = run_of(*(job(f"{name}{n}") for n in range(jobs)), ended=ended, shown=Shown(summary=True))
    results = {
        key.removeprefix("key-"): failed(*(f"{name}{t}" for t in range(30)), info=name * 1000)
        for key in worth_reading(run)
    }
    wanted = shown_of(run, results)
    for text in (wanted.workflow.check.summary, wanted.comment):
        assert len(text.encode()) < 65_000
        assert "more jobs not shown here: " in text or jobs == 300
    assert len(wanted.workflow.check.title) <= 250
    for piece in wanted.jobs:
        assert len(piece.check.summary) <= 65_535
        assert len(piece.check.text) <= 65_535
    names = [piece.check.name for piece in wanted.jobs]
    assert len(set(names)) == len(names) > 100
    assert max(map(len, names)) <= 200


def test_security_14_nothing_is_smuggled_into_any_text():
    evil = "@you <b>x</b> ![i](https://e.example) | [l](https://e.example) `` \x1b[31m \ud800\n# h"
    result = failed(f"test {evil}", info=f"```\n{evil}", file=evil, line=3)
    run = run_of(
        job(evil),
        ended=[(evil, Status.FAIL, {"reason": evil, "verdict": evil})],
        events=[CancelRequested(at=300.0, by=evil)],
        shown=Shown(summary=True, ready=evil, failed_statuses=True, job_checks="all"),
    )
    assert len(run.jobs) == 1
    wanted = shown_of(run, {evil: result}, Options(page=PAGE, notes=("ours",)))
    checks = [wanted.workflow.check, *(piece.check for piece in wanted.jobs)]
    texts = [wanted.comment, *(c.summary for c in checks), *(c.text for c in checks)]
    for text in texts:
        _only_ours(text)
    for plain in (*(c.title for c in checks), *(c.name for c in checks)):
        assert "\n" not in plain
        assert "\x1b" not in plain
        plain.encode()
    for status in (*wanted.statuses, wanted.ready):
        assert len(status.description) <= 140
        status.description.encode()


def _only_ours(text: str) -> None:
    for token in MARKDOWN.parse(text):
        assert token.type != "html_block"
        for child in token.children or ():
            assert child.type not in {"html_inline", "image"}
            if child.type == "link_open":
                assert child.attrs["href"].startswith("https://ci.example/")
            if child.type == "text":
                assert "@" not in child.content


def test_the_ready_status_is_success_only_when_every_required_job_ended_well():
    shown = Shown(ready="Ready")
    jobs = (job("A"), job("B", allow_failure=True))
    assert shown_of(run_of(*jobs, shown=shown)).ready.state == "pending"
    half = run_of(*jobs, ended=[("A", Status.OK)], shown=shown)
    assert shown_of(half).ready.state == "pending"
    good = run_of(*jobs, ended=[("A", Status.OK), ("B", Status.FAIL)], shown=shown)
    assert shown_of(good).ready.state == "success"
    older = shown_of(good, options=Options(doubt="There is a newer commit."))
    assert (older.ready.state, older.ready.description) == ("failure", "There is a newer commit.")
    assert not older.merges
    bad = run_of(*jobs, ended=[("A", Status.FAIL), ("B", Status.OK)], shown=shown)
    assert shown_of(bad).ready.state == "failure"


def test_statuses_of_jobs():
    shown = Shown(job_statuses=("key-A",), failed_statuses=True)
    run = run_of(
        job("A"),
        job("B"),
        job("C"),
        ended=[("A", Status.OK), ("B", Status.ERROR, {"reason": "no disk"})],
        shown=shown,
    )
    found = {each.context: (each.state, each.description) for each in shown_of(run).statuses}
    assert found == {"A": ("success", "OK"), "B": ("error", "ERROR: no disk")}
    kept = shown_of(run, options=Options(contexts=frozenset({"C"}))).statuses
    assert {each.context: each.state for each in kept}["C"] == "pending"


def test_merging_is_for_pull_requests_that_ended_well():
    shown = Shown(automerge=True)
    good = run_of(job("A"), ended=[("A", Status.OK)], shown=shown)
    assert shown_of(good).merges
    assert not shown_of(run_of(job("A"), shown=shown)).merges
    assert not shown_of(run_of(job("A"), ended=[("A", Status.FAIL)], shown=shown)).merges
    pushed = structs.replace(good.requested, subject=structs.replace(SUBJECT, number=0))
    journal = [pushed, Planned(at=1.0, plan=plan_of(job("A"), shown=shown))]
    run = replay([*journal, JobFinished(at=2.0, job="key-A", attempt=1, status=Status.OK)])
    assert not shown_of(run).merges


def test_the_page_of_a_run_as_it_looks():
    """Golden: read it as a developer would."""
    run = run_of(
        job("Build"),
        job("Unit tests", runs_on=("linux",)),
        job("Lint"),
        job("Docs", decision="skip", reason="no file of it has changed"),
        job("Package", needs=(Need(job="key-Unit tests", kind="order"),)),
        job("Fuzz", allow_failure=True),
        ended=[
            ("Build", Status.OK),
            ("Unit tests", Status.FAIL, {"verdict": "author", "reason": "2 of 3 tests failed"}),
            ("Lint", Status.ERROR, {"verdict": "timeout", "reason": "timed out after 5 min"}),
            ("Fuzz", Status.FAIL, {"verdict": "author", "reason": "the command exited with 1"}),
        ],
    )
    tests = failed("test_parse", "test_print[a|b]")
    check = shown_of(run, {"Unit tests": tests}).workflow.check
    text = f"{check.title}\n\n{check.summary}\n"
    assert text == (GOLDEN / "failed.md").read_text()
    assert check.sha == SHA
