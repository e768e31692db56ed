"""The contract of `Journal`."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from praktika.adapters.local.journal import LocalJournal
from praktika.errors import Conflict
from praktika.model import events
from praktika.model.events import CancelRequested, JobFinished, JobStarted, RunRequested
from praktika.model.plan import Job, Plan
from praktika.model.result import Status

REQUESTED = RunRequested(at=1.0, workflow="PR")
STARTED = JobStarted(at=2.0, job="build-1", attempt=1)
FINISHED = JobFinished(at=3.5, job="build-1", attempt=1, status=Status.FAIL, provided=("a",))

EVERY_KIND = [
    RunRequested(at=1.25, workflow="ünï 🙂", only=("a", "b"), dirty=3),
    events.Planned(
        at=2.0,
        plan=Plan(
            workflow="PR",
            event="push",
            jobs=(Job(key="k", name="n\n\"'", command="x", config={"a": [1, None, {"b": True}]}),),
        ),
    ),
    events.PlanFailed(at=2.0, reason="no"),
    STARTED,
    FINISHED,
    events.JobLost(at=4.0, job="build-1", attempt=1, reason="gone"),
    CancelRequested(at=5.0, by="me", force=True),
    events.RerunRequested(at=6.0, by="me", id="x", scope="jobs", jobs=("build-1",)),
    events.Approved(at=6.5, by="me", sha="a" * 40, id="y"),
    events.Admitted(at=7.0),
    events.TimerFired(at=8.0, causes={"linux": "no runner lives"}),
]


def by(number: int) -> CancelRequested:
    return CancelRequested(at=float(number), by=str(number))


def test_an_unknown_run_has_no_events(journal):
    assert journal.read("nobody") == []
    assert journal.read("nobody", 5) == []
    assert journal.runs() == []


def test_events_are_read_in_the_order_in_which_they_were_appended(journal):
    journal.append("run", 0, [by(0)])
    journal.append("run", 1, [by(1), by(2), by(3)])
    journal.append("run", 4, [by(4)])
    assert journal.read("run") == [by(number) for number in range(5)]


def test_every_kind_of_event_comes_back_equal(journal):
    assert {type(event) for event in EVERY_KIND} == set(events.AnyEvent.__args__)
    journal.append("run", 0, EVERY_KIND)
    assert journal.read("run") == EVERY_KIND


def test_reading_starts_where_it_is_told_to(journal):
    journal.append("run", 0, [by(0), by(1), by(2)])
    assert journal.read("run", 1) == [by(1), by(2)]
    assert journal.read("run", 3) == []
    assert journal.read("run", 99) == []


def test_a_taken_position_is_a_conflict_and_changes_nothing(journal_doors):
    mine, theirs = journal_doors(), journal_doors()
    mine.append("run", 0, [REQUESTED])
    with pytest.raises(Conflict, match="run"):
        theirs.append("run", 0, [STARTED, FINISHED])
    assert theirs.read("run") == [REQUESTED]
    theirs.append("run", 1, [STARTED])
    with pytest.raises(Conflict):
        mine.append("run", 1, [FINISHED])
    assert mine.read("run") == [REQUESTED, STARTED]


def test_a_position_past_the_end_is_a_conflict_and_changes_nothing(journal):
    with pytest.raises(Conflict):
        journal.append("run", 1, [STARTED])
    journal.append("run", 0, [REQUESTED])
    with pytest.raises(Conflict):
        journal.append("run", 2, [STARTED])
    assert journal.read("run") == [REQUESTED]


def test_events_are_appended_all_or_none(journal):
    unserialisable = CancelRequested(at=1.0, by=object())
    with pytest.raises(TypeError):
        journal.append("run", 0, [REQUESTED, unserialisable, STARTED])
    assert journal.read("run") == []
    assert journal.runs() == []
    journal.append("run", 0, [REQUESTED])


def test_appending_nothing_changes_nothing(journal):
    journal.append("run", 0, [])
    assert journal.runs() == []


def test_runs_do_not_mix(journal):
    journal.append("one", 0, [by(1)])
    journal.append("one.2", 0, [by(2)])
    journal.append("ONE", 0, [by(3)])
    assert journal.read("one") == [by(1)]
    assert journal.read("one.2") == [by(2)]
    assert journal.read("ONE") == [by(3)]


def test_runs_are_listed_newest_first_and_at_most_as_many_as_asked_for(journal):
    for run in ("b", "a", "c"):
        journal.append(run, 0, [REQUESTED])
    journal.append("b", 1, [STARTED])  # news of an old run do not make it newer
    assert journal.runs() == ["c", "a", "b"]
    assert journal.runs(limit=2) == ["c", "a"]
    for number in range(120):
        journal.append(f"run-{number}", 0, [REQUESTED])
    assert len(journal.runs()) == 100


@pytest.mark.parametrize("run", ["a", "x" * 128, "A.9-z_", "...", ".a", "-"])
def test_every_text_of_the_alphabet_names_a_run(journal, run):
    journal.append(run, 0, [REQUESTED])
    assert journal.read(run) == [REQUESTED]
    assert journal.runs() == [run]


@pytest.mark.parametrize(
    "run", ["", ".", "..", "a\n", "a b", "ключ 🙂", "x" * 129, "'; DROP TABLE runs; --", "a/b"]
)
def test_what_is_no_id_of_a_run_is_refused_everywhere(journal, run):
    for call in (journal.read, lambda run: journal.append(run, 0, [REQUESTED])):
        with pytest.raises(ValueError, match="not the id of a run"):
            call(run)
    assert journal.runs() == []


def test_what_is_read_is_not_shared_with_what_was_appended(journal):
    plan = Plan(workflow="PR", event="push", jobs=(), settings={"A": 1})
    journal.append("run", 0, [events.Planned(at=1.0, plan=plan)])
    plan.settings["A"] = 2
    journal.read("run")[0].plan.settings["A"] = 3
    assert journal.read("run")[0].plan.settings == {"A": 1}


def test_of_eight_threads_at_one_position_one_wins(journal_doors):
    for round_number in range(5):
        run, start = f"run-{round_number}", threading.Barrier(8)
        doors = [journal_doors() for _ in range(2)]

        def append(number: int, run=run, start=start, doors=doors) -> bool:
            start.wait()
            try:
                doors[number % 2].append(run, 0, [by(number), by(number)])
            except Conflict:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            won = list(pool.map(append, range(8)))
        assert won.count(True) == 1
        assert doors[0].read(run) == [by(won.index(True))] * 2


# Real processes: local only.


def test_of_eight_processes_at_one_position_one_wins(race, database_file, databases):
    won = race(8, "append_once", database_file)
    assert won.count(True) == 1
    assert LocalJournal(databases()).read("run") == [
        CancelRequested(at=1.0, by=str(won.index(True)))
    ]


def test_processes_that_look_again_after_a_conflict_lose_nothing(race, database_file, databases):
    race(3, "append_many", database_file, 50)
    read = LocalJournal(databases()).read("run")
    assert len(read) == 150
    for number in "012":  # each writer's own events are in its own order
        assert [event.at for event in read if event.by == number] == list(range(50))


def test_fault_24_what_append_returned_from_survives_the_death_of_the_process(
    worker, database_file, databases
):
    late = worker("append_and_hang", database_file)
    late.ready()
    late.go()
    assert late.answer() == "appended"
    late.kill()
    journal = LocalJournal(databases())
    assert journal.read("run") == [CancelRequested(at=1.0, by="the late")]
    journal.append("run", 1, [STARTED])


def test_eight_processes_may_create_the_database_at_once(race, database_file):
    assert race(8, "open_new", database_file) == [0] * 8
