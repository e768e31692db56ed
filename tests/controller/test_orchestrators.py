"""A machine with the loops of an orchestrator."""

from __future__ import annotations

import json
import time

from tests.controller.scene import GROUP

TAGS = {
    "praktika_role": "workflow_orchestrator",
    "praktika_pool": "small",
    "praktika_label": "",
    "praktika_queue": "",
}


def installed(scene, *queues: str, more: tuple[object, ...] = ()) -> None:
    pool = {"name": "small", "role": "workflow_orchestrator", "queues": queues, "groups": [GROUP]}
    scene.put("installation.json", json.dumps({"pools": [pool, *more]}).encode())
    for queue in queues:
        scene.queue.create(queue)


def test_an_orchestrator_that_dies_is_started_again(scene, machine):
    installed(scene, "events.fifo")
    one = machine(**TAGS)
    one.start(STUB_DO="exit 3")
    first, _, *_ = one.noted("orchestrator", 2)
    assert (first["sandbox"], first["job"]) == ("praktika-job", None), "fault 4"
    assert one.said("orchestrator.died")["code"] == 3


def test_one_that_is_idle_ends_first_and_then_leaves(scene, machine):
    (own,) = scene.make_group(desired=1)
    installed(scene, "events.fifo")
    scene.queue.send("events.fifo", [b"{}"], group="g")
    one = machine(own, **TAGS, praktika_scaling="auto", praktika_idle_seconds="1")
    one.start(STUB_DO="heed,sleep 60")
    assert "messages wait" in one.said("machine.stays")["reason"]
    (message,) = scene.queue.receive("events.fifo")
    scene.queue.ack([message])
    assert one.wait() == 0
    one.noted("ended")
    assert scene.group()["DesiredCapacity"] == 0


def test_one_stays_while_jobs_run_that_will_be_told_of(scene, machine):
    (own,) = scene.make_group(desired=1)
    runners = {"name": "arm", "role": "job_runner", "label": "arm", "queues": ["tasks-arm"]}
    installed(scene, "events.fifo", more=(runners,))
    scene.queue.create("tasks-arm")
    scene.queue.send("tasks-arm", [b"{}"])
    (task,) = scene.queue.receive("tasks-arm", lease=30)
    one = machine(own, **TAGS, praktika_scaling="auto", praktika_idle_seconds="1")
    one.start(STUB_DO="heed,sleep 60")
    assert "1 machines are busy" in one.said("machine.stays")["reason"]
    scene.queue.ack([task])
    assert one.wait() == 0


def test_one_whose_child_does_things_stays(scene, machine):
    (own,) = scene.make_group(desired=1)
    installed(scene, "events.fifo")
    one = machine(own, **TAGS, praktika_scaling="auto", praktika_idle_seconds="1")
    one.start(STUB_DO="heed,sleep 60")
    one.noted("orchestrator")
    idle = one.folder / "state/root/idle"
    for _ in range(12):
        idle.touch()
        time.sleep(0.2)
    assert one.process.poll() is None
    assert scene.instances() == [own]


def test_a_spot_notice_ends_it_and_the_machine_goes(scene, machine):
    (own,) = scene.make_group(desired=1)
    installed(scene, "events.fifo")
    one = machine(own, **TAGS)
    one.start(STUB_DO="heed,sleep 60")
    one.noted("orchestrator")
    one.metadata.paths["meta-data/spot/instance-action"] = "{}"
    assert one.wait() == 0
    one.noted("ended")
    assert own not in scene.instances()
