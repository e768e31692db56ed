"""A runner process as a machine of a cloud starts it: root, with a user for its jobs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.integration.runner.test_job_user import SECRET, place, pytestmark, user

from praktika.model.events import JobFinished, decode_event
from praktika.model.facts import Facts
from praktika.model.plan import Job, Plan
from praktika.model.result import Status
from praktika.model.task import RunFile, Task
from praktika.model.wire import encode
from praktika.orchestrator import names
from praktika.wiring.stores import open_stores

__all__ = ["place", "pytestmark", "user"]

INBOX = "events.fifo"

# As the script of a job would, whose Python may not be one that can be reached here.
ATTACHING = (
    "echo mine > mine; f=$(echo ci/tmp/result_*.json);"
    ' printf \'{"name":"j","status":"OK","files":["mine","/etc/hostname"]}\' > $f'
)


class Machine:
    """Its stores, and the tasks that wait in them."""

    def __init__(self, place: Path, user) -> None:
        (place / "source").mkdir()
        (place / "root").mkdir(mode=0o700)
        self.place, self.user = place, user
        self.stores = open_stores(place / "root")
        for queue in (names.tasks("big", "untrusted"), INBOX):
            self.stores.queue.create(queue)

    def give(self, command: str, key: str = "j") -> None:
        run = f"x-{key}"
        plan = Plan(workflow="W", event="push", jobs=(Job(key=key, name="J", command=command),))
        facts = Facts(sha="a", local=False, pr_number=1, trust="untrusted")
        run_file = RunFile(
            run=run, plan=f"runs/{run}/plan.json", facts=facts,
            folder=str(self.place / "source"), name="repo",
        )  # fmt: skip
        self.stores.blobs.put(f"runs/{run}/plan.json", encode(plan))
        self.stores.blobs.put(f"runs/{run}/run.json", encode(run_file))
        task = Task(run=run, job=key, attempt=1, inbox=INBOX)
        self.stores.queue.send(names.tasks("big", "untrusted"), [encode(task)])

    def start(self, **environment: str) -> subprocess.Popen[bytes]:
        given = ("--root", self.place / "root", "--parent", str(os.getpid()), "--label", "big")
        return subprocess.Popen(
            (sys.executable, "-P", "-m", "praktika.cli.runner", *given,
             "--trust", "untrusted", "--work", "host", "untrusted-i-1"),
            env={
                "PATH": os.environ["PATH"],
                "HOME": "/root",
                "XDG_CACHE_HOME": str(self.place),
                "PRAKTIKA_JOB_USER": self.user.name,
                "PRAKTIKA_BROKER_SECRET": SECRET,
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": SECRET,
                "AWS_SESSION_TOKEN": SECRET,
                **environment,
            },
            stderr=subprocess.PIPE,
        )  # fmt: skip

    def finished(self) -> JobFinished:
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            for message in self.stores.queue.receive(INBOX, limit=10, wait=0.2):
                event = decode_event(message.body)
                self.stores.queue.ack([message])
                if isinstance(event, JobFinished):
                    return event
        raise AssertionError("the job did not end")

    def log(self, key: str = "j") -> str:
        return self.stores.blobs.get(f"runs/x-{key}/jobs/{key}/1/job.log").decode()


@pytest.fixture
def machine(place, user):
    yield Machine(place, user)
    Path(f"/run/praktika-user-{user.uid}.lock").unlink(missing_ok=True)


def test_security_16_nothing_of_the_runner_is_the_job_s_security_9_security_12(machine, place):
    machine.give(
        f"id -u; env; ls {place}/root; ls {place}/praktika/host; ls {place}/praktika/host/sources;"
        " cat /proc/$PPID/environ | tr '\\0' '\\n'; ls $PYTHONPATH;"
        f" echo forged > {place}/root/.praktika/runs/x-other/jobs/j/1/result.json; setsid sleep 600 & true"
    )
    process = machine.start()
    try:
        event = machine.finished()
        assert event.status is Status.OK, machine.log()
        lines = machine.log().splitlines()
        assert lines[0] == machine.user.name
        assert SECRET not in machine.log()
        refused = [line for line in lines if line.endswith("Permission denied")]
        assert len(refused) == 5
        machine.give(ATTACHING, key="next")
        assert machine.finished().status is Status.OK, machine.log("next")
        (kept,) = machine.stores.blobs.list("runs/x-next/jobs/next/1/files")
        assert machine.stores.blobs.get(kept) == b"mine\n"
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert subprocess.run(["pgrep", "-u", machine.user.name], check=False).returncode == 1


def test_a_machine_that_cannot_keep_jobs_apart_runs_none(machine):
    machine.give("echo ran")
    process = machine.start(PRAKTIKA_JOB_USER="nobody-of-that-name")
    _, said = process.communicate(timeout=20)
    assert process.returncode == 1
    assert b"names the user 'nobody-of-that-name', whom there is not" in said
    assert len(machine.stores.queue.receive(names.tasks("big", "untrusted"))) == 1
