"""Taking a project down, beside another one whose name begins with its own."""

import pytest
from tests.unit.deploying.samples import APP, Room, wanted

from praktika.adapters.memory.cloud import open_cloud
from praktika.adapters.memory.cloud.world import Thing
from praktika.errors import Absent, OperatorError
from praktika.infrastructure.deploying.deploy import deploy
from praktika.infrastructure.removal.destroy import destroy_all, destroy_runtime
from praktika.infrastructure.removal.inventory import take
from praktika.infrastructure.removal.restart import groups_of, restart
from praktika.infrastructure.template.names import Names
from praktika.ports.cloud.belongings import Belonging
from praktika.ports.cloud.cloud import PROJECT_TAG
from praktika.ports.cloud.machines import Machine

LAB = Names("lab")


@pytest.fixture
def room():
    """Both are deployed, and there are images."""
    room = Room()
    room.world.secrets["lab-private-gh-app"] = APP
    room.deploy()
    deploy(wanted("lab-private"), open_cloud(room.world, "lab-private"), room.around)
    for slug in ("lab", "lab-private"):
        room.world.things["image", f"ami-{slug}"] = Thing(tags={PROJECT_TAG: slug})
        room.world.things["snapshot", f"snap-{slug}"] = Thing(tags={PROJECT_TAG: slug})
    return room


def everything(room):
    there = take(room.cloud, LAB, everything=True)
    return destroy_all(room.cloud, LAB, there, room.around)


def of(room, slug):
    return {
        (kind, name)
        for (kind, name), thing in room.world.things.items()
        if thing.tags.get(PROJECT_TAG) == slug
        or name.startswith((f"{slug}-a", f"/praktika/{slug}/"))
    }


def test_destroying_the_runtime_keeps_the_data(room):
    room.cloud.objects.put("lab-artifacts", "lab/blobs/runs/1/result.json", b"{}")
    destroy_runtime(room.cloud, LAB, room.around)
    assert "lab-runtime" not in room.world.stacks
    assert room.cloud.objects.get("lab-artifacts", "lab/blobs/runs/1/result.json") == b"{}"
    assert room.world.stacks["lab-stateful"].status == "CREATE_COMPLETE"
    destroy_runtime(room.cloud, LAB, room.around)
    secret = room.world.things["parameter", LAB.webhook_secret].text
    assert room.deploy().outcome == "deployed", "the manifest does not say that all is there"
    assert room.world.things["parameter", LAB.webhook_secret].text == secret
    assert room.cloud.objects.has("lab-artifacts", "lab/blobs/runs/1/result.json")


def test_destroying_all_leaves_nothing_and_the_neighbour_alone(room):
    """Fault 21."""
    before = of(room, "lab-private")
    assert everything(room) == []
    assert of(room, "lab") == set()
    assert of(room, "lab-private") == before
    assert set(room.world.stacks) == {"lab-private-stateful", "lab-private-runtime"}
    assert everything(room) == [], "twice is fine"
    assert room.deploy().outcome == "deployed"


class Killed(BaseException):
    """Ends a process at once."""


def test_killed_at_any_step_it_can_be_started_again(room):
    steps = []
    for number in range(1000):
        fresh = Room(alive=lambda _: False)
        fresh.deploy()
        fresh.world.things["image", "ami-lab"] = Thing(tags={PROJECT_TAG: "lab"})

        def deed(what, world=fresh.world, left=[number]):  # noqa: B006 - one for each definition
            steps.append(what)
            left[0] -= 1
            if left[0] < 0:
                raise Killed

        fresh.world.deed = deed
        try:
            everything(fresh)
        except Killed:
            fresh.world.deed = lambda _: None
            assert everything(fresh) == []
        assert fresh.world.things == {}
        assert fresh.world.stacks == {}
        if fresh.world.deed is deed:
            break
    assert steps[-1] == "remove parameter /praktika/lab/manifest"


def test_it_works_without_a_manifest_and_with_half_deleted_stacks(room):
    room.cloud.parameters.delete(LAB.manifest)
    room.world.stacks["lab-runtime"].status = "DELETE_FAILED"
    room.world.stacks["lab-stateful"].status = "REVIEW_IN_PROGRESS"
    room.world.stacks["lab-stateful"].tags.clear()
    assert everything(room) == []
    assert of(room, "lab") == set()


def test_what_nobody_knows_how_to_delete_is_named(room):
    room.world.things["other", "arn:aws:ec2:eu-central-1:1:dedicated-host/h-1"] = Thing(
        tags={PROJECT_TAG: "lab"}
    )
    assert everything(room) == [
        Belonging(kind="other", name="arn:aws:ec2:eu-central-1:1:dedicated-host/h-1")
    ]


def test_a_stack_of_somebody_else_is_not_deleted(room):
    room.world.stacks["lab-runtime"].tags[PROJECT_TAG] = "lab-private"
    room.world.deed = pytest.fail
    with pytest.raises(OperatorError, match="not made for 'lab'"):
        everything(room)
    with pytest.raises(OperatorError, match="not made for 'lab'"):
        destroy_runtime(room.cloud, LAB, room.around)


def group(room, name):
    room.deploy(
        wanted(
            small={},
        )
    )
    stack = room.world.stacks["lab-runtime"]
    stack.resources["Group"] = type(next(iter(stack.resources.values())))(
        logical="Group", kind="AWS::AutoScaling::AutoScalingGroup", physical=name
    )
    room.world.machines += [Machine(id="i-1", group=name), Machine(id="i-2", group="another")]


def test_what_is_at_work_is_counted(room):
    group(room, "lab-small")
    room.world.leased["lab-small"] = 2
    there = take(room.cloud, LAB, everything=False)
    assert [one.id for one in there.machines] == ["i-1"]
    assert there.leased == 2
    assert there.belongings == ()


def test_restarting_asks_machines_to_leave_and_ends_none(room):
    group(room, "lab-small")
    assert groups_of(room.cloud, LAB) == {"lab-small": ""}
    assert [one.id for one in restart(room.cloud, ["lab-small"])] == ["i-1"]
    assert room.world.leaving == ["i-1"]
    assert len(room.world.machines) == 2
    with pytest.raises(Absent):
        groups_of(room.cloud, Names("nothing"))


def test_logs_that_aws_makes_anew_meanwhile_go_by_their_whole_names(room):
    """Fault 21: an image that is being made writes its logs when their stack is gone."""
    own, theirs = "/aws/imagebuilder/lab-py-1", "/aws/imagebuilder/lab-py-12"
    what = wanted()
    what.templates["runtime"]["Resources"]["ImageLogs"] = {
        "Type": "AWS::Logs::LogGroup",
        "Properties": {"LogGroupName": own},
    }
    room.deploy(what)

    def deed(said):
        if said == "delete stack lab-stateful":
            room.world.things["log group", own] = Thing()
            room.world.things["log group", theirs] = Thing()

    room.world.deed = deed
    everything(room)
    assert ("log group", own) not in room.world.things
    assert ("log group", theirs) in room.world.things
