"""Lines for pipes and CI."""

from tests.unit.cli.sample import Story, console, job, plan

from praktika.cli.view.plain import FIRST_SIGN, PlainView
from praktika.model.events import CancelRequested, JobLost
from praktika.model.plan import job_key
from praktika.model.result import Status


def watched(*jobs):
    it, out, err = console()
    declared = plan(*jobs, workflow="Pull request")
    clock = [1000.0]
    view = PlainView(it, lambda: clock[0])
    view.begins("run-1", declared, 2)
    return view, Story(declared, view), clock, out, err


def test_a_run_from_its_headline_to_its_last_job():
    _, story, _, out, err = watched("Build", job("Tests", needs=["Build"]))
    story.start("Build")
    story.now += 1.25
    story.finish("Build")
    story.start("Tests")
    story.now += 61
    story.finish("Tests", Status.FAIL, "2 of 9 tests\nfailed")
    assert out.lines == [
        "Pull request  run run-1: 2 jobs, 2 at a time",
        "[1/2] OK      Build  1.2s",
        "[2/2] FAIL    Tests  1m 01s  2 of 9 tests failed",
    ]
    assert err.text == ""


def test_an_allowed_failure_is_marked():
    _, story, _, out, _ = watched(job("style", allow_failure=True))
    story.start("style")
    story.finish("style", Status.FAIL, "exited with 1")
    assert out.lines[-1] == "[1/1] FAIL    style  0.0s  (allowed)  exited with 1"


def test_why_a_job_ran_is_not_given_as_why_it_failed():
    _, story, _, out, _ = watched(job("a", reason="asked for by name"))
    story.start("a")
    story.finish("a", Status.FAIL, "asked for by name")
    assert out.lines[-1] == "[1/1] FAIL    a  0.0s"


def test_a_long_job_is_mentioned_and_again_when_the_time_has_doubled():
    view, story, clock, out, _ = watched("slow", "quick")
    story.start("slow")
    mentions = []
    for second in range(100):
        clock[0] = 1000.0 + second
        before = len(out.lines)
        view.tick()
        mentions += [second] * (len(out.lines) - before)
    assert mentions == [FIRST_SIGN, 2 * FIRST_SIGN, 4 * FIRST_SIGN, 8 * FIRST_SIGN]
    assert out.lines[-1] == "[0/2] RUNNING slow  1m 20s"


def test_a_lost_runner_and_a_cancel_are_told():
    _, story, _, out, _ = watched("a", "b")
    story.start("a")
    story.tell(JobLost(at=1001, job=job_key("a"), attempt=1, reason="runner-1 died"))
    story.start("a")
    story.tell(CancelRequested(at=1002, by="Ctrl-C"))
    story.tell(CancelRequested(at=1002, by="Ctrl-C", force=True))
    assert out.lines[1] == "a: attempt 1 was lost: runner-1 died; it is run again"
    assert out.lines[2] == "[1/2] DROPPED b  cancelled by Ctrl-C"
    assert out.lines[3].startswith("cancelled by Ctrl-C: waiting for 1 job to end; once more stops")
    assert out.lines[4].endswith("once more leaves at once, without a report")


def test_a_name_of_many_lines_stays_on_one():
    _, story, _, out, _ = watched("a\nb\x1b[2J")
    story.start("a\nb\x1b[2J")
    story.finish("a\nb\x1b[2J")
    assert out.lines[1:] == ["[1/1] OK      a b\\x1b[2J  0.0s"]
