"""What the ports of a cloud say of machines, images and disks; on AWS, of a server that knows them."""

import pytest
from tests.aws_server import REGION
from tests.integration.aws.stub import answering, json
from tests.moto_server import IMAGE, make_group

from praktika.adapters.aws.cloud import open_cloud
from praktika.adapters.memory.cloud import World
from praktika.adapters.memory.cloud import open_cloud as open_in_memory
from praktika.errors import Absent, Denied
from praktika.ports.cloud.belongings import Belonging
from praktika.ports.cloud.cloud import PROJECT_TAG
from praktika.ports.cloud.machines import LEAVE, Machine


def test_machines_in_memory_are_those_of_the_groups():
    world = World(machines=[Machine(id="i-1", group="a"), Machine(id="i-2", group="b")])
    machines = open_in_memory(world, "lab").machines
    assert machines.running(["a", "none"]) == [Machine(id="i-1", group="a")]
    machines.ask_to_leave([Machine(id="i-1", group="a"), Machine(id="i-9", group="a")])
    assert world.leaving == ["i-1"]


def test_machines_are_marked_and_those_that_are_gone_do_no_harm(moto):
    """Fault 69: groups are looked for in pieces."""
    make_group(moto, "lab-small", smallest=2)
    make_group(moto, "lab-private-small", smallest=1)
    machines = open_cloud(moto, "lab").machines
    found = machines.running([*(f"lab-none-{number}" for number in range(150)), "lab-small"])
    assert len(found) == 2
    assert {one.group for one in found} == {"lab-small"}
    machines.ask_to_leave([*found, Machine(id="i-0123456789abcdef0", group="lab-small")])
    answer = moto.ec2.describe_tags(Filters=[{"Name": "key", "Values": [LEAVE]}])
    assert {tag["ResourceId"] for tag in answer["Tags"]} >= {one.id for one in found}
    assert len(machines.running(["lab-small"])) == 2, "nothing was ended"


def image(aws, project):
    """An image with the tag of a project; its snapshots have none."""
    run = aws.ec2.run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1, InstanceType="t4g.small")
    made = aws.ec2.create_image(InstanceId=run["Instances"][0]["InstanceId"], Name=f"of {project}")
    tags = [{"Key": PROJECT_TAG, "Value": project}]
    aws.ec2.create_tags(Resources=[made["ImageId"]], Tags=tags)
    return made["ImageId"]


def volume(aws, project):
    tags = [{"Key": PROJECT_TAG, "Value": project}]
    given = [{"ResourceType": "volume", "Tags": tags}]
    zone = f"{REGION}a"
    return aws.ec2.create_volume(AvailabilityZone=zone, Size=1, TagSpecifications=given)["VolumeId"]


def snapshots_of(aws, name):
    (found,) = aws.ec2.describe_images(ImageIds=[name])["Images"]
    return {one["Ebs"]["SnapshotId"] for one in found["BlockDeviceMappings"] if "Ebs" in one}


def test_images_go_with_their_snapshots_and_those_of_others_stay(moto):
    """Fault 21."""
    own, theirs = image(moto, "lab"), image(moto, "lab-private")
    disk, other = volume(moto, "lab"), volume(moto, "lab-private")
    snapshots, kept = snapshots_of(moto, own), snapshots_of(moto, theirs)
    belongings = open_cloud(moto, "lab").belongings
    found = [one for one in belongings.owned() if one.kind in {"image", "volume", "snapshot"}]
    assert found == [Belonging(kind="image", name=own), Belonging(kind="volume", name=disk)]
    for one in [*found, *found]:
        belongings.remove(one)
    left = moto.ec2.describe_images(Owners=["self"])["Images"]
    assert [one["ImageId"] for one in left] == [theirs]
    there = {one["SnapshotId"] for one in moto.ec2.describe_snapshots()["Snapshots"]}
    assert snapshots
    assert not snapshots & there
    assert kept <= there
    assert other in {one["VolumeId"] for one in moto.ec2.describe_volumes()["Volumes"]}


@pytest.mark.parametrize("kind", ["image", "snapshot", "volume", "bucket", "queue", "log group"])
def test_what_is_gone_already_is_fine(aws, kind):
    names = {"image": "ami-0123456789abcdef0", "snapshot": "snap-0123456789abcdef0"}
    names["volume"] = "vol-0123456789abcdef0"
    name = names.get(kind, "praktika-there-is-no-such-thing")
    open_cloud(aws, "lab").belongings.remove(Belonging(kind=kind, name=name))


def test_machines_end_with_their_group_once_that_is_allowed(moto):
    make_group(moto, "lab-small", smallest=2)
    make_group(moto, "lab-large", smallest=1)
    machines = open_cloud(moto, "lab").machines

    def protected():
        groups = moto.groups.describe_auto_scaling_groups()["AutoScalingGroups"]
        return {
            one["AutoScalingGroupName"]: (
                one["NewInstancesProtectedFromScaleIn"],
                {it["ProtectedFromScaleIn"] for it in one["Instances"]},
            )
            for one in groups
        }

    machines.unprotect(["lab-small", "lab-none"])
    assert protected() == {"lab-small": (False, {False}), "lab-large": (True, {True})}
    assert len(machines.running(["lab-small"])) == 2


def test_groups_are_never_balanced_between_zones(moto):
    """Fault 45: that would end a machine at work."""
    make_group(moto, "lab-small", smallest=1)
    make_group(moto, "lab-large", smallest=1)
    machines = open_cloud(moto, "lab").machines
    machines.keep_unbalanced(["lab-small"])
    machines.keep_unbalanced(["lab-small"])
    groups = moto.groups.describe_auto_scaling_groups()["AutoScalingGroups"]
    suspended = {
        one["AutoScalingGroupName"]: [it["ProcessName"] for it in one["SuspendedProcesses"]]
        for one in groups
    }
    assert suspended == {"lab-small": ["AZRebalance"], "lab-large": []}


def test_a_group_that_is_not_there_cannot_be_set_up():
    said = "AutoScalingGroup name not found - AutoScalingGroup lab-none not found"
    body = f"<ErrorResponse><Error><Code>ValidationError</Code><Message>{said}</Message></Error>"
    with (
        answering(400, f"{body}</ErrorResponse>".encode()) as clients,
        pytest.raises(Absent, match="lab-none"),
    ):
        open_cloud(clients, "lab").machines.keep_unbalanced(["lab-none"])


PIPELINE = "arn:aws:imagebuilder:eu-central-1:123456789012:image-pipeline/lab-py"


def test_a_pipeline_of_images_is_started():
    with answering(200, b'{"imageBuildVersionArn": "arn"}') as clients:
        assert open_cloud(clients, "lab").images.start(PIPELINE)
    with answering(400, json("ResourceInUseException")) as clients:
        assert not open_cloud(clients, "lab").images.start(PIPELINE)
    with (
        answering(404, json("ResourceNotFoundException")) as clients,
        pytest.raises(Absent, match="no image pipeline"),
    ):
        open_cloud(clients, "lab").images.start(PIPELINE)
    with (
        answering(403, json("AccessDeniedException")) as clients,
        pytest.raises(Denied, match="imagebuilder:StartImagePipelineExecution"),
    ):
        open_cloud(clients, "lab").images.start(PIPELINE)


def test_a_pipeline_in_memory_has_to_be_there():
    with pytest.raises(Absent, match="no image pipeline"):
        open_in_memory(World(), "lab").images.start(PIPELINE)
