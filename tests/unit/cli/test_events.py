"""The JSON lines of a run."""

import json

from tests.unit.cli.sample import Story, console, job, plan

from praktika.cli.view.events import EventsView
from praktika.model.events import CancelRequested, JobLost
from praktika.model.plan import job_key
from praktika.model.result import Status


def test_a_program_is_told_everything_that_happens_to_jobs():
    it, out, _ = console()
    view = EventsView(it)
    declared = plan(job("a"), job("b", needs=["a"]), job("c"), workflow="W")
    view.begins("run-1", declared, 2)
    story = Story(declared, view)
    story.start("a")
    story.tell(JobLost(at=1001.0, job=job_key("a"), attempt=1, reason="runner-1 died"))
    story.start("a")
    story.now += 4
    story.finish("a", Status.FAIL, "exited with 1")
    story.tell(CancelRequested(at=1005.0, by="Ctrl-C", force=True))
    told = [json.loads(line) for line in out.lines]
    assert {one["run"] for one in told} == {"run-1"}
    assert [(one["event"], one.get("job"), one.get("status")) for one in told] == [
        ("run.started", None, None),
        ("job.started", "a", None),
        ("job.lost", "a", None),
        ("job.started", "a", None),
        ("job.finished", "a", "FAIL"),
        ("job.finished", "b", "DROPPED"),
        ("run.cancelled", None, None),
        ("job.finished", "c", "DROPPED"),
    ]
    assert told[0] | {"run": ""} == {
        "event": "run.started", "run": "", "workflow": "W", "jobs": ["a", "b", "c"], "workers": 2,
        "reused": [], "skipped": [],
    }  # fmt: skip
    finished = told[4]
    assert (finished["attempt"], finished["duration"], finished["ok"]) == (2, 4.0, False)
    assert finished["reason"] == "exited with 1"
    assert told[5]["attempt"] == 0
    assert told[5]["duration"] is None
    assert told[6]["force"] is True


def test_names_that_json_cannot_hold_are_mended():
    it, out, _ = console()
    view = EventsView(it)
    declared = plan("bad \udcff name 🎉")
    view.begins("run-1", declared, 1)
    assert json.loads(out.lines[0])["jobs"] == ["bad ? name 🎉"]
