"""Machines with a praktika of their own: signed tasks in, proven reports out, whatever dies between."""

from __future__ import annotations

import base64
import signal
import sys
import time
from dataclasses import dataclass

import psutil
import pytest
from tests.controller.scene import QUEUE, Machine, Scene, until

from praktika.adapters.aws.blobs import S3Blobs
from praktika.adapters.sealed.keys import SigningKeys
from praktika.adapters.sealed.orchestrators import SigningQueue
from praktika.adapters.sealed.passing import Custom
from praktika.model.events import JobFinished, JobLost, JobStarted, decode_event
from praktika.model.facts import Facts
from praktika.model.plan import Job, Plan
from praktika.model.result import Status
from praktika.model.task import RunFile, Task
from praktika.model.wire import encode
from praktika.orchestrator import names
from praktika.ports.queue import dead_letters

LEASE = "3"


@dataclass
class Installation:
    """The orchestrator's side."""

    scene: Scene

    def __post_init__(self) -> None:
        keys = SigningKeys(base64.b64encode(b"k" * 32).decode())
        self.scene.key(keys.public)
        custom = Custom(
            is_signed=names.is_for_runners,
            reports=names.REPORTS,
            on_refused=lambda _message, why: pytest.fail(why),
        )
        self.queue = SigningQueue(self.scene.queue, custom, keys)
        self.scene.queue.create(names.REPORTS)
        self.blobs = S3Blobs(self.scene.aws, self.scene.server.bucket, "team/")

    def give(self, command: str, attempt: int = 1, **asked: str) -> None:
        source = self.scene.place / "source"
        source.mkdir(exist_ok=True)
        plan = Plan(workflow="W", event="push", jobs=(Job(key="j", name="J", command=command),))
        run_file = RunFile(
            run="r",
            plan="runs/r/plan.json",
            facts=Facts(),
            folder=str(source),
            name="repo",
            **asked,
        )
        self.blobs.put("runs/r/plan.json", encode(plan))
        self.blobs.put("runs/r/run.json", encode(run_file))
        task = Task(run="r", job="j", attempt=attempt, inbox=names.REPORTS)
        self.queue.send(QUEUE, [encode(task)])

    def told(self, count: int, seconds: float = 30) -> list:
        """The next events that runners tell."""
        found = []

        def enough() -> bool:
            messages = self.queue.receive(names.REPORTS, limit=10)
            found.extend(decode_event(message.body) for message in messages)
            self.queue.ack(messages)
            return len(found) >= count

        try:
            until(enough, seconds)
        except AssertionError:
            pytest.fail(f"only {found}")
        return found


@pytest.fixture
def installation(scene):
    return Installation(scene)


def start(machine, instance="i-1") -> Machine:
    one = machine(instance)
    one.start(
        PRAKTIKA_CONTROLLER_PYTHON=sys.executable,
        PRAKTIKA_CONTROLLER_USER="",
        PRAKTIKA_CONTROLLER_LEASE=LEASE,
        PRAKTIKA_LEASE=LEASE,
    )
    return one


def tree(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children(recursive=True)


def asleep(one: Machine) -> psutil.Process:
    """The job of a machine, a `sleep 600`."""
    return until(lambda: next((p for p in tree(one.pid) if p.cmdline() == ["sleep", "600"]), None))


def test_a_signed_task_is_run_and_told_of_and_one_that_is_not_is_set_aside(
    scene, machine, installation
):
    """Security 19; fault 23 for what these machines do not have."""
    scene.queue.send(QUEUE, [encode(Task(run="r", job="j", attempt=9, inbox=names.REPORTS))])
    one = start(machine)
    installation.give("echo out loud")
    started, finished = installation.told(2)
    assert isinstance(started, JobStarted)
    assert (started.runner, started.control) == ("trusted-i-1", "control-trusted-i-1")
    assert (finished.status, finished.attempt) == (Status.OK, 1)
    assert b"out loud" in installation.blobs.get("runs/r/jobs/j/1/job.log")
    until(lambda: scene.left() == {"waiting": 0, "leased": 0})
    assert len(scene.queue.receive(dead_letters(QUEUE))) == 1
    installation.give("true", attempt=2, base_venv="py-9")
    *_, refused = installation.told(2)
    assert (refused.status, refused.verdict) == (Status.ERROR, "author")
    assert "no virtual environment 'py-9'" in refused.reason
    until(lambda: scene.left() == {"waiting": 0, "leased": 0})
    assert one.process.poll() is None


def test_what_a_killed_controller_had_started_ends_and_the_task_comes_again(
    scene, machine, installation
):
    first = start(machine)
    installation.give("sleep 600")
    assert isinstance(installation.told(1)[0], JobStarted)
    below = [asleep(first), *tree(first.pid)]
    first.end(signal.SIGKILL)
    start(machine, "i-2")
    (lost,) = installation.told(1)
    assert isinstance(lost, JobLost)
    until(lambda: not any(one.is_running() for one in below))
    until(lambda: scene.left() == {"waiting": 0, "leased": 0})


def test_security_24_a_paused_machine_that_was_given_up_publishes_nothing(
    scene, machine, installation
):
    first = start(machine)
    installation.give("sleep 600")
    installation.told(1)
    job = asleep(first)
    paused = [psutil.Process(first.pid), *tree(first.pid)]
    for one in paused:
        one.suspend()
    start(machine, "i-2")
    (lost,) = installation.told(1)
    assert isinstance(lost, JobLost)
    for one in paused:
        one.resume()
    until(lambda: not job.is_running() or job.status() == psutil.STATUS_ZOMBIE)
    first.said("task.returned")
    time.sleep(0.5)
    assert installation.queue.receive(names.REPORTS) == []
    keys = [key for key in installation.blobs.list("runs/r/jobs/j/1/") if "result" in key]
    assert keys == []


def test_fault_65_a_spot_notice_is_told_as_the_reason_of_the_loss(scene, machine, installation):
    (own,) = scene.make_group(desired=1)
    one = start(machine, own)
    installation.give("sleep 600")
    installation.told(1)
    asleep(one)
    began = time.monotonic()
    one.metadata.paths["meta-data/spot/instance-action"] = "{}"
    (lost,) = installation.told(1)
    assert time.monotonic() - began < 10, "long before the lease lapses, or the machine goes"
    assert isinstance(lost, JobLost)
    assert lost.reason == "AWS takes the runner's machine back (spot)"
    assert not isinstance(lost, JobFinished)
    assert one.wait() == 0
    assert scene.left() == {"waiting": 0, "leased": 0}
