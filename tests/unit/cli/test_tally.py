"""Counting what settles, whatever settled it."""

from tests.unit.cli.sample import Story, job, plan

from praktika.cli.view.tally import Settled, Tally
from praktika.engine.run import Run
from praktika.model.events import AnyEvent, CancelRequested, JobLost
from praktika.model.plan import job_key
from praktika.model.result import Status


class Watcher:
    """Keeps everything that a tally tells."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.settled: list[Settled] = []

    def saw(self, run: Run, event: AnyEvent) -> None:
        self.settled += self.tally.take(run, event)

    @property
    def told(self) -> list[tuple[str, Status]]:
        return [(it.job.name, it.state.status) for it in self.settled]


def test_a_job_counts_once_and_has_its_time():
    watcher = Watcher()
    story = Story(plan("a", "b"), watcher)
    story.start("a")
    assert watcher.tally.running == {job_key("a"): 1000.0}
    story.now += 2.5
    story.finish("a")
    story.finish("a")
    assert watcher.told == [("a", Status.OK)]
    assert watcher.settled[0].seconds == 2.5
    assert (watcher.tally.done, watcher.tally.total) == (1, 2)
    assert watcher.tally.running == {}


def test_dropped_dependents_are_told_after_the_culprit_in_the_order_of_the_plan():
    watcher = Watcher()
    story = Story(plan(job("d"), job("a"), job("c", needs=["a"]), job("b", needs=["c"])), watcher)
    story.start("a")
    story.finish("a", Status.FAIL)
    assert watcher.told == [("a", Status.FAIL), ("c", Status.DROPPED), ("b", Status.DROPPED)]
    assert watcher.settled[1].seconds is None
    assert watcher.tally.done == 3


def test_jobs_that_are_not_to_run_do_not_count():
    watcher = Watcher()
    story = Story(plan(job("a"), job("b", decision="skip", reason="no")), watcher)
    story.start("a")
    story.finish("a")
    assert (watcher.tally.done, watcher.tally.total) == (1, 1)
    assert watcher.told == [("a", Status.OK)]


def test_a_cancel_settles_what_waits_and_later_what_runs():
    watcher = Watcher()
    story = Story(plan(job("a"), job("b", needs=["a"])), watcher)
    story.start("a")
    story.tell(CancelRequested(at=1001.0, by="Ann"))
    assert watcher.told == [("b", Status.DROPPED)]
    story.finish("a", Status.DROPPED, "cancelled by Ann")
    assert watcher.told[1:] == [("a", Status.DROPPED)]
    assert watcher.tally.counts == {Status.DROPPED: 2}


def test_a_lost_attempt_runs_no_more_and_settles_when_it_was_the_last():
    watcher = Watcher()
    story = Story(plan("a"), watcher)
    for attempt in (1, 2, 3):
        story.start("a")
        story.tell(JobLost(at=1001.0, job=job_key("a"), attempt=attempt, reason="gone"))
        assert watcher.tally.running == {}
    assert watcher.told == [("a", Status.ERROR)]


def test_an_allowed_failure_is_not_bad_but_being_dropped_is():
    watcher = Watcher()
    story = Story(plan(job("a", allow_failure=True), job("b", allow_failure=True)), watcher)
    story.start("a")
    story.finish("a", Status.FAIL)
    story.tell(CancelRequested(at=1001.0, by="Ann"))
    assert [it.is_bad for it in watcher.settled] == [False, True]


def test_two_thousand_jobs_are_counted_in_linear_time():
    watcher = Watcher()
    story = Story(plan(*(f"job {number}" for number in range(2000))), watcher)
    # Looking at every job for every event would be four million looks.
    looked = 0
    tally_open = watcher.tally._open

    class Counting(set):
        def __contains__(self, key: object) -> bool:
            nonlocal looked
            looked += 1
            return super().__contains__(key)

    watcher.tally._open = Counting(tally_open)
    for number in range(2000):
        story.start(f"job {number}")
        story.finish(f"job {number}")
    assert watcher.tally.done == 2000
    assert looked < 10_000
