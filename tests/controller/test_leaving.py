"""When a machine leaves, and how; and that none leaves at work."""

from __future__ import annotations

import json
import time

from tests.controller.scene import until

AUTO = {"praktika_scaling": "auto", "praktika_idle_seconds": "1"}
NOTICE = "meta-data/spot/instance-action"
REBALANCE = "meta-data/events/recommendations/rebalance"


def test_fault_62_idle_machines_leave_one_after_another_while_another_works_on(scene, machine):
    """A long job keeps its own machine, and no other."""
    ids = scene.make_group(desired=3)
    scene.give("heed", "take", "keep")
    busy = machine(ids[0], **AUTO)
    busy.start()
    busy.noted("started")
    idle = [machine(one, **AUTO | {"praktika_idle_seconds": "0"}) for one in ids[1:]]
    for one in idle:
        one.start()
    assert [one.wait() for one in idle] == [0, 0]
    left = [one.said("machine.leaving") for one in idle]
    assert all(line["smaller"] for line in left)
    assert {int(line["at"]) for line in left} != {int(left[0]["at"])}, "one a second"
    time.sleep(1)
    assert busy.process.poll() is None
    assert (scene.group()["DesiredCapacity"], scene.instances()) == (1, [ids[0]])


def test_fault_62_a_machine_that_has_worked_stays_if_the_reserve_needs_it(scene, machine):
    (own,) = scene.make_group(desired=1)
    scene.give("take", "ack")
    one = machine(own, **AUTO, praktika_capacity_reserve="1")
    one.start()
    one.said("task.done")
    assert "reserve" in one.said("machine.stays")["reason"]
    assert scene.group()["DesiredCapacity"] == 1
    assert one.process.poll() is None


def test_a_spot_notice_gives_the_task_back_with_its_reason_and_the_machine_goes(scene, machine):
    """Fault 65: an interruption is told at once; the group brings another machine."""
    (own,) = scene.make_group(desired=1)
    scene.give("heed", "take", "sleep 60")
    one = machine(own)
    one.start()
    one.noted("started")
    one.metadata.paths[NOTICE] = json.dumps({"action": "terminate", "time": "soon"})
    (ended,) = one.noted("ended")
    assert ended["reason"] == "AWS takes the runner's machine back (spot)"
    assert one.wait() == 0
    assert one.said("machine.leaving")["smaller"] is False
    assert scene.group()["DesiredCapacity"] == 1
    assert own not in scene.instances()


def test_a_machine_that_is_to_go_ends_what_it_does_and_takes_nothing_new(scene, machine):
    (own,) = scene.make_group(desired=1)
    scene.give("heed", "take", "sleep 0.8", "ack")
    one = machine(own)
    one.start()
    one.noted("started")
    one.metadata.paths[REBALANCE] = "yes"
    one.said("notice.received")
    scene.give("take", "ack")
    assert one.wait() == 0
    assert one.said("task.done")["code"] == 0
    assert len(one.noted("started")) == 1
    assert scene.left()["waiting"] == 1


def test_a_machine_for_code_from_outside_does_one_task_and_goes(scene, machine):
    """Fault 15, security 17."""
    (own, _) = scene.make_group(desired=2)
    scene.give("take", "ack")
    scene.give("take", "ack")
    one = machine(own, **AUTO, praktika_trust="untrusted")
    one.start()
    assert one.wait() == 0
    (note,) = one.noted("started")
    assert note["args"][-1] == f"untrusted-{own}"
    assert one.said("machine.leaving")["smaller"] is True
    assert scene.left()["waiting"] == 1


def test_a_machine_for_code_from_outside_is_replaced_at_once_while_tasks_wait(scene, machine):
    (own,) = scene.make_group(desired=1)
    scene.give("take", "ack")
    scene.give("take", "ack")
    one = machine(own, **AUTO, praktika_trust="untrusted")
    one.start()
    assert one.wait() == 0
    assert one.said("machine.leaving")["smaller"] is False
    assert scene.group()["DesiredCapacity"] == 1
    assert own not in scene.instances()


def test_a_sick_machine_says_so_gives_back_and_is_replaced(scene, machine):
    (own,) = scene.make_group(desired=1)
    scene.queue.send("tasks-small", [b"not json"])  # the stub stumbles over it each time
    one = machine(own)
    one.start()
    assert one.wait() == 0
    assert one.said("task.returned")["taken"] is False
    leaving = one.said("machine.leaving")
    assert (leaving["smaller"], "failed to start 3 times" in leaving["reason"]) == (False, True)
    assert scene.group()["DesiredCapacity"] == 1
    assert own not in scene.instances()
    shipped = [line for line in scene.shipped(own) if "machine.leaving" in line]
    assert shipped


def test_a_broken_image_does_not_make_machines_churn(scene, machine):
    """Three of a pool are replaced in an hour; the next one stays, and takes nothing."""
    (own,) = scene.make_group(desired=1)
    hour = int(time.time() // 3600)
    for at in (hour, hour + 1):
        for number in range(3):
            scene.put(f"leaving/small/sick-{at}-{number}", b"i-0")
    scene.give("take", "ack")
    one = machine(own)
    one.start(PRAKTIKA_CONTROLLER_ROOM=str(1 << 62))
    assert "replaced in this hour" in one.said("machine.stays")["reason"]
    assert scene.instances() == [own]
    assert scene.left()["waiting"] == 1
    assert not one.notes
    assert one.end() == 0


def test_nothing_is_taken_where_the_key_of_tasks_is_not_known(scene, machine):
    """Security 19: a runner without the key would take what nobody has signed."""
    scene.aws.ssm.delete_parameter(Name="/praktika/team/public/task-key")
    scene.give("take", "ack")
    one = machine()
    one.start()
    one.said("task.unknown")
    assert scene.left() == {"waiting": 1, "leased": 0}
    scene.key("BBBB")
    one.said("task.done")
    until(lambda: scene.left() == {"waiting": 0, "leased": 0})
