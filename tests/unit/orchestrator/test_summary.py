"""What the Result of a whole run says of changes: which, by whom it was let in."""

from __future__ import annotations

from types import SimpleNamespace

from praktika.adapters.memory.blobs import MemoryBlobs
from praktika.adapters.memory.clock import ManualClock
from praktika.engine.step import replay
from praktika.model.events import Approved, CancelRequested, PlanFailed, RunRequested
from praktika.model.facts import Facts
from praktika.model.forge import Subject
from praktika.model.result import Status
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


def summary(*events):
    sources = SimpleNamespace(blobs=MemoryBlobs(), clock=ManualClock())
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
