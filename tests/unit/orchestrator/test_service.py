"""Orchestrators that share an inbox: what is lost, late, damaged or not theirs alone."""

from __future__ import annotations

import pytest
from msgspec import structs

from praktika.adapters.memory import ManualClock, MemoryBlobs, MemoryJournal, MemoryQueue
from praktika.engine.explain import explain
from praktika.engine.run import Phase, Stage
from praktika.engine.step import replay
from praktika.errors import OperatorError, Unavailable
from praktika.model.commands import SetTimer
from praktika.model.events import (
    CancelRequested,
    JobFinished,
    JobLost,
    JobStarted,
    RunRequested,
    TimerFired,
)
from praktika.model.facts import Facts
from praktika.model.plan import Job, Need, Plan
from praktika.model.result import Result, Status
from praktika.model.supply import Supply
from praktika.model.task import Stop, Task
from praktika.model.wire import decode, encode
from praktika.orchestrator import names
from praktika.orchestrator.orchestrator import Orchestrator
from praktika.orchestrator.surroundings import Surroundings
from praktika.ports.queue import dead_letters

FACTS = Facts(repository="o/r", sha="abc", local=False, pr_number=7)


def job(key: str, *needs: str, **fields) -> Job:
    edges = tuple(Need(job=need, kind="order") for need in needs)
    return Job(key=key, name=key, command="true", runs_on=("linux",), needs=edges, **fields)


def plan_of(*jobs: Job, event: str = "push", **fields) -> Plan:
    return Plan(workflow="W", event=event, jobs=jobs, **fields)


class Installation:
    def __init__(self) -> None:
        self.clock = ManualClock()
        self.journal = MemoryJournal()
        self.queue = MemoryQueue(self.clock)
        self.blobs = MemoryBlobs()
        self.plan: Plan | Exception = plan_of(job("a"), job("b", "a"))
        self.supply = Supply(runners=2, maximum=2)
        self.hopeless: dict[str, str] = {}
        self.reports = ""
        self.trouble: list[tuple[str, Exception]] = []

    def orchestrator(self) -> Orchestrator:
        around = Surroundings(
            journal=self.journal,
            queue=self.queue,
            blobs=self.blobs,
            clock=self.clock,
            inbox=names.INBOX,
            alarms=names.ALARMS,
            tasks=names.tasks,
            make_plan=lambda _request: self.made(),
            render=lambda result: result.status.encode(),
            supply=lambda _label, _trust: self.supply,
            hopeless=lambda label, _trust: self.hopeless.get(label, ""),
            reports=self.reports,
            on_bug=lambda run, error: self.trouble.append((run, error)),
        )
        return Orchestrator(around, on_trouble=lambda run, e: self.trouble.append((run, e)))

    def made(self) -> Plan:
        if isinstance(self.plan, Exception):
            raise self.plan
        return self.plan

    def ask(self, run: str = "r", at: float = 1.0) -> None:
        request = RunRequested(at=at, workflow="W", facts=FACTS, inbox=names.INBOX)
        self.tell(request, run=run)

    def tell(self, *events, run: str = "r") -> None:
        self.queue.send(names.INBOX, [encode(event) for event in events], group=run)

    def tasks(self) -> list[Task]:
        messages = self.queue.receive(names.tasks("linux"), limit=10_000)
        self.queue.ack(messages)
        return [decode(message.body, Task) for message in messages]

    def run(self, run: str = "r"):
        return replay(self.journal.read(run))


@pytest.fixture
def system() -> Installation:
    return Installation()


def test_what_a_dead_orchestrator_had_journalled_and_not_carried_out_is_carried_out(system):
    system.ask()
    dead = system.orchestrator()
    system.queue.send, send = refuse, system.queue.send
    dead.hands.around.journal.append("r", 0, [RunRequested(at=1.0, workflow="W", facts=FACTS)])
    system.queue.receive(names.INBOX, lease=30)  # it had the message, and dies
    system.queue.send = send
    system.clock.advance(31)
    system.orchestrator().turn()
    assert [task.job for task in system.tasks()] == ["a"]


def refuse(*_arguments, **_named):
    raise Unavailable("no answer")


def test_two_orchestrators_of_one_run_agree(system):
    first, second = system.orchestrator(), system.orchestrator()
    system.ask()
    first.turn()
    (task,) = system.tasks()
    second.case("r").refresh()
    system.tell(JobStarted(at=2.0, job="a", attempt=1))
    first.turn()
    system.tell(JobLost(at=3.0, job="a", attempt=1, reason="gone"))
    first.turn()
    system.tell(JobFinished(at=4.0, job="a", attempt=2, status=Status.OK))
    second.turn()  # it still thinks that attempt 1 counts
    assert system.run() == second.case("r").run
    assert [one.job for one in system.tasks()] == ["a", "b"]
    assert task.attempt == 1


def test_fault_7_an_event_that_nobody_can_read_costs_no_run(system):
    system.ask()
    system.queue.send(names.INBOX, [b'{"type":"JobFinished","rc":null}', b"\xff"], group="r")
    system.ask("other")
    orchestrator = system.orchestrator()
    orchestrator.turn()
    assert system.run().stage is Stage.GOING
    assert system.run("other").stage is Stage.GOING
    assert len(system.queue.receive(dead_letters(names.INBOX), limit=9)) == 2
    assert len(system.trouble) == 2
    assert system.queue.depth(names.INBOX) == 0


def test_fault_7_a_job_that_speaks_for_another_run_changes_nothing(system):
    system.ask()
    orchestrator = system.orchestrator()
    orchestrator.turn()
    before = system.run()
    system.tell(JobFinished(at=2.0, job="b", attempt=1, status=Status.OK))
    system.tell(JobFinished(at=2.0, job="nobody", attempt=1, status=Status.OK))
    orchestrator.turn()
    assert system.run() == before


def test_a_store_that_does_not_answer_delays_the_plan_and_does_not_fail_it(system):
    system.plan, plan = Unavailable("no answer"), system.plan
    system.ask()
    orchestrator = system.orchestrator()
    orchestrator.turn()
    assert "no answer" in str(system.trouble[0][1])
    system.plan = plan
    system.clock.advance(60)
    system.orchestrator().turn()
    assert system.run().stage is Stage.GOING


def test_surroundings_that_are_wrong_end_the_run_with_what_to_do(system):
    system.plan = OperatorError("git was not found; install it")
    system.ask()
    system.orchestrator().turn()
    result = decode(system.blobs.get(names.result("r")), Result)
    assert (result.status, result.info) == (Status.ERROR, "git was not found; install it")


def test_fault_23_code_that_nobody_foresaw_ends_its_run_and_is_told(system):
    system.plan = RecursionError("too deep")
    system.ask()
    system.orchestrator().turn()
    assert system.run().stage is Stage.CONCLUDED
    assert "stumbled over this code (RecursionError)" in system.run().failure
    assert [run for run, _ in system.trouble] == ["r"]
    system.plan = OSError(28, "No space left on device")  # this is of the machine
    system.ask("s")
    system.orchestrator().turn()
    assert system.run("s").stage is Stage.PLANNING


def test_a_damaged_journal_delays_its_run_alone_and_says_why(system, monkeypatch):
    system.ask("bad")
    system.ask("good")
    system.orchestrator().turn()
    read = system.journal.read

    def damaged(run, start=0):
        if run == "bad":
            raise OperatorError("entry 3 of run bad cannot be read: it is missing")
        return read(run, start)

    monkeypatch.setattr(system.journal, "read", damaged)
    for run in ("bad", "good"):
        system.tell(JobStarted(at=2.0, job="a", attempt=1), run=run)
    system.orchestrator().turn()
    ((run, error),) = system.trouble
    assert (run, "entry 3" in str(error)) == ("bad", True)
    assert system.run("good").jobs["a"].phase is Phase.RUNNING
    system.clock.advance(120)
    assert [message.group for message in system.queue.receive(names.INBOX)] == ["bad"]  # kept


def test_fault_38_the_report_is_written_by_whoever_concludes_and_is_the_same(system):
    system.plan = plan_of(job("a"))
    system.ask()
    first, second = system.orchestrator(), system.orchestrator()
    first.turn()
    system.tell(JobFinished(at=3.0, job="a", attempt=1, status=Status.FAIL, reason="no"))
    first.turn()
    written = decode(system.blobs.get(names.result("r")), Result)
    second.case("r").take_over()
    again = decode(system.blobs.get(names.result("r")), Result)
    assert structs.replace(again, duration=0.0) == structs.replace(written, duration=0.0)
    assert system.blobs.get(names.report("r")) == b"FAIL"


def test_a_job_that_nobody_will_ever_take_ends_at_once_and_says_why(system):
    system.plan = plan_of(job("a"), job("b"), pickup_timeout=3600.0)
    system.hopeless = {"linux": "no pool serves the label 'linux'"}
    system.ask()
    system.orchestrator().turn()
    assert system.run().stage is Stage.CONCLUDED
    for state in system.run().jobs.values():
        assert (state.status, state.attempt) == (Status.ERROR, 1)
        assert state.reason == "no runner will take it: no pool serves the label 'linux'"
    assert system.queue.receive(names.tasks("linux")) == []


def test_runners_of_a_cloud_tell_in_a_queue_of_their_own(system):
    """Security 9: it is another one than that in which runs are asked for, approved and stopped."""
    system.plan = plan_of(job("a"))
    system.reports = names.REPORTS
    system.queue.create(names.REPORTS)
    system.ask()
    orchestrator = system.orchestrator()
    orchestrator.turn()
    (message,) = system.queue.receive(names.tasks("linux"))
    assert decode(message.body, Task).inbox == names.REPORTS
    done = JobFinished(at=2.0, job="a", attempt=1, status=Status.OK)
    system.queue.send(names.REPORTS, [encode(done), b"{}"], group="r")
    assert orchestrator.turn() == 0
    assert orchestrator.turn(inbox=names.REPORTS) == 2
    assert system.run().stage is Stage.CONCLUDED
    assert len(system.queue.receive(dead_letters(names.REPORTS))) == 1


def test_an_alarm_rings_after_its_time_however_long_that_is(system):
    system.plan = plan_of(job("a"), pickup_timeout=3600.0)
    system.ask()
    orchestrator = system.orchestrator()
    orchestrator.turn()
    system.clock.jump(-100_000)  # what a clock shows does not matter
    for _ in range(3):
        system.clock.advance(901)
        orchestrator.alarms.ring()
    assert system.run().jobs["a"].phase is Phase.QUEUED
    system.clock.advance(901)
    orchestrator.alarms.ring()
    orchestrator.turn()
    state = system.run().jobs["a"]
    assert (state.phase, state.status) == (Phase.SETTLED, Status.ERROR)
    assert state.reason == (
        "no runner took it within 60 min: pool 'linux' is at its maximum of 2 runners,"
        " all of which are busy"
    )
    assert system.blobs.get("runs/r/jobs/a/1/cancel")  # whoever finds the task now leaves it


def test_who_has_set_an_alarm_knows_how_long_to_rest(system):
    alarms = system.orchestrator().alarms
    assert alarms.rest(60.0) == 60.0
    for after in (2_000.0, 5.0, 30.0):
        alarms.set("r", names.INBOX, SetTimer(at=after, after=after))
    assert alarms.rest(60.0) == 5.0
    system.clock.advance(5.5)
    assert alarms.rest(60.0) == 0.0  # it rings
    system.clock.advance(1.0)
    assert alarms.rest(60.0) == 23.5
    system.clock.advance(100)
    assert alarms.rest(10_000.0) == 900 - 106.5  # the first part of the longest
    assert alarms.rest(-1.0) == 0.0


def test_an_alarm_that_comes_twice_does_no_harm(system):
    system.plan = plan_of(job("a"), pickup_timeout=60.0)
    system.ask()
    orchestrator = system.orchestrator()
    orchestrator.turn()
    system.tell(JobStarted(at=2.0, job="a", attempt=1))
    at = system.run().alarm
    system.tell(TimerFired(at=at), TimerFired(at=at), TimerFired(at=at + 100))
    orchestrator.turn()
    assert system.run().jobs["a"].phase is Phase.RUNNING


def test_an_attempt_that_starts_after_it_was_given_up_is_stopped(system):
    system.ask()
    orchestrator = system.orchestrator()
    orchestrator.turn()
    system.tell(CancelRequested(at=2.0, by="ann"))
    orchestrator.turn()
    system.tell(JobStarted(at=3.0, job="a", attempt=1, runner="x", control="control-x"))
    orchestrator.turn()
    (message,) = system.queue.receive("control-x")
    assert decode(message.body, Stop).reason == "cancelled by ann"


def test_a_cancel_reaches_the_runner_that_has_the_job(system):
    system.ask()
    orchestrator = system.orchestrator()
    orchestrator.turn()
    system.tell(JobStarted(at=2.0, job="a", attempt=1, runner="x", control="control-x"))
    system.tell(CancelRequested(at=3.0, by="ann", job="a"))
    orchestrator.turn()
    (message,) = system.queue.receive("control-x")
    assert decode(message.body, Stop) == Stop(
        run="r", job="a", attempt=1, reason="cancelled by ann"
    )


def test_fault_37_a_newer_run_of_a_pull_request_replaces_the_older_whatever_arrives_first(system):
    system.plan = plan_of(job("a"), event="pull_request")
    orchestrator = system.orchestrator()
    system.ask("newer", at=20.0)
    orchestrator.turn()
    system.ask("older", at=10.0)
    while orchestrator.turn():
        pass
    assert system.run("older").cancelled_by == "run newer, which is newer"
    assert system.run("newer").cancelled_by == ""
    system.ask("newest", at=30.0)
    while orchestrator.turn():
        pass
    assert system.run("newer").cancelled_by == "run newest, which is newer"
    assert system.run("newest").cancelled_by == ""


def test_runs_of_a_queueing_group_go_one_after_another(system):
    system.plan = plan_of(job("a"), concurrency="deploy", concurrency_policy="queue")
    orchestrator = system.orchestrator()
    for number, run in enumerate(("one", "two", "three")):
        system.ask(run, at=float(number))
    while orchestrator.turn():
        pass
    order = []
    for _ in range(3):
        going = [run for run in ("one", "two", "three") if system.run(run).stage is Stage.GOING]
        assert len(going) == 1
        order += going
        system.tell(JobFinished(at=9.0, job="a", attempt=1, status=Status.OK), run=going[0])
        while orchestrator.turn():
            pass
    assert order == ["one", "two", "three"]
    assert [key for key in system.blobs.list("groups") if "/tickets/" in key] == []


def test_a_waiting_run_that_is_cancelled_leaves_its_place(system):
    system.plan = plan_of(job("a"), concurrency="deploy", concurrency_policy="queue")
    orchestrator = system.orchestrator()
    for number, run in enumerate(("one", "two", "three")):
        system.ask(run, at=float(number))
    while orchestrator.turn():
        pass
    system.tell(CancelRequested(at=5.0, by="ann"), run="two")
    orchestrator.turn()
    system.tell(JobFinished(at=9.0, job="a", attempt=1, status=Status.OK), run="one")
    while orchestrator.turn():
        pass
    assert system.run("two").stage is Stage.CONCLUDED
    assert system.run("three").stage is Stage.GOING


def test_fault_64_a_task_does_not_grow_with_the_run(system):
    jobs = [job(f"j{number}") for number in range(2_000)]
    last = Job(
        key="last",
        name="last",
        command="true",
        runs_on=("linux",),
        needs=tuple(Need(job=one.key, kind="job") for one in jobs),
    )
    system.plan = plan_of(*jobs, last)
    system.ask()
    orchestrator = system.orchestrator()
    orchestrator.turn()
    sizes = [len(encode(task)) for task in system.tasks()]
    for one in jobs:
        system.tell(JobFinished(at=2.0, job=one.key, attempt=1, status=Status.OK))
    while orchestrator.turn():
        pass
    (task,) = system.tasks()
    assert (task.job, max(*sizes, len(encode(task))) < 300) == ("last", True)


@pytest.mark.parametrize("trust", ["trusted", "untrusted"])
def test_security_1_tasks_of_strangers_are_in_queues_that_trusted_runners_never_ask(system, trust):
    facts = structs.replace(FACTS, trust=trust)
    system.tell(RunRequested(at=1.0, workflow="W", facts=facts, inbox=names.INBOX))
    system.orchestrator().turn()
    other = "trusted" if trust == "untrusted" else "untrusted"
    system.queue.create(names.tasks("linux", other))
    assert system.queue.depth(names.tasks("linux", trust)) == 1
    assert system.queue.depth(names.tasks("linux", other)) == 0


def test_no_label_names_the_queue_of_another_one_or_of_another_trust():
    labels = ["linux", "untrusted-linux", "untrusted-tasks-linux", "tasks-linux", "a b", "ü"]
    queues = [names.tasks(label, trust) for label in labels for trust in ("trusted", "untrusted")]
    assert len(set(queues)) == len(queues)


def test_who_waits_for_an_untrusted_runner_says_so(system):
    system.plan = plan_of(job("a"), pickup_timeout=60.0)
    system.supply = Supply(known=False)
    facts = structs.replace(FACTS, trust="untrusted")
    system.tell(RunRequested(at=1.0, workflow="W", facts=facts, inbox=names.INBOX))
    first = system.orchestrator()
    first.turn()
    assert "waits for a free runner for untrusted code" in explain(system.run(), "a")
    system.tell(TimerFired(at=system.clock.now() + 61.0))
    first.turn()
    assert "serves the label 'linux' for untrusted code" in explain(system.run(), "a")
