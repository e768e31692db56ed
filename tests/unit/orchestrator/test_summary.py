"""What the Result of a whole run says of changes: which, by whom it was let in."""

from __future__ import annotations

from types import SimpleNamespace

from praktika.adapters.memory.blobs import MemoryBlobs
from praktika.adapters.memory.clock import ManualClock
from praktika.engine.step import replay
from praktika.model.events import (
    Approved,
    CancelRequested,
    JobFinished,
    PlanFailed,
    Planned,
    RunRequested,
)
from praktika.model.facts import Facts
from praktika.model.forge import Subject
from praktika.model.plan import Job, Plan
from praktika.model.result import Result, Status
from praktika.model.wire import encode
from praktika.orchestrator.room import MOST
from praktika.orchestrator.summary import summarize

HEAD = "a" * 40
REQUESTED = RunRequested(
    at=1.0,
    workflow="PR",
    by="eve",
    needs_approval=True,
    facts=Facts(
        repository="acme/shop", sha=HEAD, pr_number=7, title="Mend it", base_branch="main",
        change_url="https://pulls/7", trust="untrusted", local=False,
    ),
    subject=Subject(repository="acme/shop", sha=HEAD, number=7),
)  # fmt: skip
APPROVED = Approved(at=2.0, by="ann", sha=HEAD)


def summary(*events, blobs=None):
    sources = SimpleNamespace(blobs=blobs or MemoryBlobs(), clock=ManualClock())
    return summarize(replay(events), Status.PENDING, "r", sources)


def test_a_run_that_awaits_approval_says_of_what():
    assert f"Commit {HEAD} comes from outside" in summary(REQUESTED).info


def test_who_approved_is_said_until_there_is_worse_to_say():
    assert summary(REQUESTED, APPROVED).info == "approved by ann"
    failed = PlanFailed(at=3.0, reason="a.txt conflicts")
    assert summary(REQUESTED, APPROVED, failed).info == "a.txt conflicts"
    cancelled = CancelRequested(at=3.0, by="bob", id="c")
    assert summary(REQUESTED, APPROVED, cancelled).info == "cancelled by bob"


def test_the_change_is_told():
    ext = summary(REQUESTED).ext
    assert (ext["pr_number"], ext["pr_title"]) == (7, "Mend it")
    assert (ext["change_url"], ext["base_branch"]) == ("https://pulls/7", "main")
    assert ext["trust"] == "untrusted"


def test_security_22_results_of_strangers_are_shown_as_far_as_there_is_room(monkeypatch):
    """Each may write 256 MiB, which are gigabytes in memory."""
    monkeypatch.setitem(MOST, "untrusted", 300)
    blobs, jobs = MemoryBlobs(), []
    events = [REQUESTED, APPROVED]
    for name, size in (("a", 100), ("b", 500), ("c", 50), ("d", 100)):
        jobs.append(Job(key=name, name=name, command=""))
        result = Result(name=name, status=Status.OK, info="x" * size)
        blobs.put(f"runs/r/jobs/{name}/1/result.json", encode(result))
        events.append(JobFinished(at=3.0, job=name, attempt=1, status=Status.OK))
    plan = Plan(workflow="PR", event="pull_request", jobs=tuple(jobs))
    events.insert(2, Planned(at=2.5, plan=plan))
    shown = summary(*events, blobs=blobs).results
    assert [len(each.info) for each in shown] == [100, 0, 50, 0]
    assert [each.status for each in shown] == [Status.OK] * 4
    assert "Its Result is not shown" in str(shown[1].ext["warnings"])
    assert "warnings" not in shown[2].ext
