"""Pools grow and shrink on real Auto Scaling groups, over HTTP; queues are those of SQS."""

import json
import time

import pytest
from tests.integration.aws.stub import answering
from tests.moto_server import failing, make_group

from praktika.adapters.aws.queue import SqsQueue
from praktika.adapters.aws.scaling.groups import AwsGroups
from praktika.adapters.aws.scaling.nudge import FunctionNudge
from praktika.adapters.local.clock import SystemClock
from praktika.errors import Absent, Denied, Unavailable
from praktika.model.installation import Pool
from praktika.orchestrator.scaling.scaler import Scaler
from praktika_controller.idle import View, may_leave


class Team:
    """Pools of an installation, with what they need of AWS."""

    def __init__(self, moto, aws, *pools: Pool) -> None:
        self.moto = moto
        self.queue = SqsQueue(aws, "team")
        self.groups = AwsGroups(moto)
        self.logged: list[tuple[str, dict]] = []
        self.scaler = Scaler(
            self.groups,
            self.queue,
            pools,
            clock=SystemClock(),
            log=lambda event, **fields: self.logged.append((event, fields)),
        )
        for pool in pools:
            for queue in pool.queues:
                self.queue.create(queue)

    def desired(self, name: str) -> int:
        return self.groups.look([name])[name].desired

    def machines(self, name: str) -> list[str]:
        return [machine.id for machine in self.groups.look([name])[name].machines]


def pool(name: str, *groups: str, **options) -> Pool:
    chosen = {"max_size": 100, "queues": (f"tasks-{name}",), **options}
    return Pool(name=name, role="job_runner", groups=groups, **chosen)


def test_fault_61_a_burst_of_fifty_is_fifty_machines_with_one_look(moto, aws):
    team = Team(moto, aws, pool("arm", "arm"))
    make_group(moto, "arm")
    team.queue.send("tasks-arm", [b"task"] * 50)
    (outcome,) = team.scaler.look()
    assert outcome.troubles == ()
    assert team.desired("arm") == len(team.machines("arm")) == 50
    leased = team.queue.receive("tasks-arm", limit=10, lease=60)
    team.queue.ack(leased[:4])
    team.scaler.look()
    assert team.desired("arm") == 50  # nothing lowers it


def test_fault_61_what_is_missing_is_no_matter_to_the_others(moto, aws):
    team = Team(moto, aws, pool("gone", "gone"), pool("amd", "amd"), pool("arm", "arm"))
    make_group(moto, "amd")
    make_group(moto, "arm")
    team.queue.remove("tasks-amd")
    for name in ("gone", "arm"):
        team.queue.send(f"tasks-{name}", [b"task"] * 3)
    gone, amd, arm = team.scaler.look()
    assert gone.troubles == ("there is no group gone",)
    assert "there is no queue team-tasks-amd" in amd.troubles[0]
    assert arm.troubles == ()
    assert team.desired("arm") == 3
    assert [event for event, _ in team.logged] == ["pool.delayed", "pool.delayed", "pool.scaled"]


def test_a_nudge_looks_at_its_pools_only(moto, aws):
    team = Team(moto, aws, pool("amd", "amd"), pool("arm", "arm"))
    for name in ("amd", "arm"):
        make_group(moto, name)
        team.queue.send(f"tasks-{name}", [b"task"] * 2)
    team.scaler.look(["tasks-arm", "another"])
    assert (team.desired("amd"), team.desired("arm")) == (0, 2)
    team.scaler.look(["amd"])
    assert team.desired("amd") == 2


def test_machines_of_the_fallback_come_where_there_are_no_spot_machines(moto, aws):
    team = Team(moto, aws, pool("arm", "spot", "demand"))
    make_group(moto, "spot")
    make_group(moto, "demand")
    team.queue.send("tasks-arm", [b"task"] * 5)
    now = time.time()
    with failing("spot", now - 100, now - 10):
        team.scaler.look()
        assert (team.desired("spot"), team.desired("demand")) == (5, 0)
    team.queue.send("tasks-arm", [b"task"] * 3)
    with failing("spot", now - 400, now - 10):
        found = team.groups.failures("spot")
        assert (round(now - found.since), round(now - found.last)) == (400, 10)
        assert "UnfulfillableCapacity" in found.said
        team.scaler.look()
    assert (team.desired("spot"), team.desired("demand")) == (5, 3)


def leave(team: Team, name: str, machine: str, *, leased: int, reserve: int = 0) -> bool:
    """What the controller does when its machine has been idle for long."""
    group = team.groups.look([name])[name]
    view = View(
        role="job_runner",
        scaling="auto",
        idle_seconds=300,
        reserve=reserve,
        waiting=0,
        leased=leased,
        serving=group.count("serving"),
        least=group.smallest,
        desired=group.desired,
        smallest=group.smallest,
        machines=group.count("serving") + group.count("launching"),
    )
    verdict = may_leave(machine, 1000.0, view)
    if verdict.leaves:
        team.moto.groups.terminate_instance_in_auto_scaling_group(
            InstanceId=machine, ShouldDecrementDesiredCapacity=verdict.shrinks
        )
    return verdict.leaves


def test_fault_62_idle_machines_leave_one_by_one_and_are_not_replaced(moto, aws):
    team = Team(moto, aws, pool("arm", "arm", reserve=1))
    make_group(moto, "arm", smallest=1)
    team.queue.send("tasks-arm", [b"task"] * 4)
    team.scaler.look()
    working, *idle = team.machines("arm")
    assert len(idle) == 4
    left = [machine for machine in idle if leave(team, "arm", machine, leased=1, reserve=1)]
    assert len(left) == 3
    assert set(team.machines("arm")) == {working, *idle} - set(left)
    assert team.desired("arm") == 2  # the long job, and the reserve


def test_fault_45_a_wish_for_fewer_ends_no_machine_and_such_a_one_can_still_leave(moto, aws):
    team = Team(moto, aws, pool("arm", "arm"))
    make_group(moto, "arm")
    team.groups.resize("arm", 3)
    machines = team.machines("arm")
    moto.groups.update_auto_scaling_group(AutoScalingGroupName="arm", MaxSize=50)
    team.groups.resize("arm", 0)
    assert team.machines("arm") == machines
    assert all(leave(team, "arm", machine, leased=0) for machine in machines)
    assert (team.machines("arm"), team.desired("arm")) == ([], 0)


ERROR = "<ErrorResponse><Error><Code>{}</Code><Message>{}</Message></Error></ErrorResponse>"


@pytest.mark.parametrize(
    ("code", "said", "error"),
    [
        ("ValidationError", "AutoScalingGroup name not found - null", Absent),
        ("ScalingActivityInProgress", "wait", Unavailable),
        ("ResourceContention", "wait", Unavailable),
        ("Throttling", "Rate exceeded", Unavailable),
    ],
)
def test_what_auto_scaling_says_is_understood(code, said, error):
    with answering(400, ERROR.format(code, said).encode()) as clients:
        groups = AwsGroups(clients)
        with pytest.raises(error, match="Auto Scaling group arm"):
            groups.resize("arm", 3)
        with pytest.raises(error):
            groups.failures("arm")


def test_a_function_that_is_not_there_cannot_be_nudged(aws):
    with pytest.raises(Absent, match="there is no function team-tick"):
        FunctionNudge(aws, "team-tick")(["tasks-arm"])


def test_a_nudge_names_the_queues_and_is_not_waited_for():
    with answering(202, b"") as clients:
        seen = []
        clients.functions.meta.events.register(
            "before-call.lambda.Invoke", lambda params, **_: seen.append(params)
        )
        FunctionNudge(clients, "team-tick")(["tasks-arm", "tasks-amd"])
    (call,) = seen
    assert json.loads(call["body"]) == {"nudge": ["tasks-arm", "tasks-amd"]}
    assert call["headers"]["X-Amz-Invocation-Type"] == "Event"


def test_a_role_that_may_not_nudge_is_told_which_permission_it_lacks():
    body = b'{"Message": "no", "__type": "AccessDeniedException"}'
    with (
        answering(403, body) as clients,
        pytest.raises(Denied, match="lambda:InvokeFunction"),
    ):
        FunctionNudge(clients, "team-tick")(["tasks-arm"])
