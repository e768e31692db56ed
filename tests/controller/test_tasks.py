"""A task on its way through a machine: leased, handed over, done, or given back."""

from __future__ import annotations

import signal
import time

import psutil
from tests.controller.scene import QUEUE, until


def test_a_task_is_handed_over_with_its_lease_and_nothing_of_it_stays(scene, machine):
    """Fault 16: bodies of messages are in no log."""
    scene.put("installation.json", b'{"repositories": ["o/a", "o/b"], "forge": "https://f"}')
    scene.give("say hello", "take", "ack", run="run-1")
    one = machine(praktika_api="https://api/")
    one.start()
    (note,) = one.noted("started")
    assert note["mode"] == 0o600
    assert note["letter"]["queue"] == QUEUE
    arguments = note["args"]
    assert arguments[1:4] == ["-P", "-m", "praktika.cli.runner"]
    assert arguments[-1] == "trusted-i-1"
    assert arguments[arguments.index("--parent") + 1] == str(one.pid)
    env = note["env"]
    assert env["PRAKTIKA_BROKER"] == "https://api"
    assert env["PRAKTIKA_BROKER_AUTH"] == "iam"
    assert env["PRAKTIKA_TASK_KEY"] == "AAAA"
    assert env["PRAKTIKA_GITHUB_REPOSITORIES"] == "o/a,o/b"
    assert not any(name.startswith("PRAKTIKA_CONTROLLER_") for name in env)
    done = one.said("task.done")
    assert done["code"] == 0
    assert scene.left() == {"waiting": 0, "leased": 0}
    until(lambda: "hello" in scene.shipped("i-1"))
    assert one.end() == 0
    text = "\n".join(scene.shipped("i-1"))
    assert '"task.done"' in text
    assert "say hello" not in text + (one.folder / "controller.log").read_text()
    assert list((one.folder / "state/letters").iterdir()) == []


def test_a_lease_is_kept_until_the_child_keeps_it(scene, machine):
    scene.give("sleep 3", "take", "ack")  # half as long again as the lease
    one = machine()
    one.start()
    one.noted("started")
    deadline = time.monotonic() + 2.5
    while time.monotonic() < deadline:
        assert scene.left() == {"waiting": 0, "leased": 1}
        time.sleep(0.2)
    one.said("task.done")
    assert len(one.noted("started")) == 1


def test_a_child_that_dies_gives_its_task_back_and_takes_along_what_it_started(scene, machine):
    """Security 17, 25: what was left running is ended, whatever session it is in."""
    scene.give("take", "spawn", "kill")
    one = machine()
    one.start()
    (spawned, again, *_) = one.noted("spawned", 2)
    assert spawned["pid"] != again["pid"]
    returned = one.said("task.returned")
    assert (returned["code"], returned["taken"]) == (-signal.SIGKILL, True)
    until(lambda: not psutil.pid_exists(spawned["child"]))


def test_sigterm_gives_the_task_back_and_says_why(scene, machine):
    scene.give("heed", "take", "sleep 60")
    one = machine()
    one.start()
    one.said("task.leased")
    one.noted("started")
    time.sleep(0.3)
    assert one.end() == 0
    (ended,) = one.noted("ended")
    assert ended["reason"] == "the runner's machine was told to stop"


def test_sigterm_ends_a_machine_that_waits_at_once(scene, machine):
    one = machine()
    one.start(PRAKTIKA_CONTROLLER_WAIT="20")
    one.said("service.started")
    time.sleep(1.5)
    began = time.monotonic()
    assert one.end() == 0
    assert time.monotonic() - began < 5
