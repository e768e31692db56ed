"""The contracts of the ports of a cloud: stacks, changes, parameters, objects, belongings."""

import json

import pytest
from tests.contracts.clouds import Clouds, ended, made, proposed, queue, template

from praktika.adapters.aws.cloud import buckets
from praktika.adapters.memory.cloud import World
from praktika.errors import Absent, Conflict, OperatorError
from praktika.ports.cloud.belongings import Belonging
from praktika.ports.cloud.machines import Machine
from praktika.ports.cloud.stacks import Change, Proposal


@pytest.fixture(params=["memory", "aws"])
def clouds(request, aws_server):
    return Clouds(request.param, aws_server.account, World(), aws_server.clients())


@pytest.fixture
def cloud(clouds):
    return clouds.of("lab")


ONE = json.dumps({**template(One=queue("lab-one")), "Outputs": {"Url": {"Value": {"Ref": "One"}}}})
TWO = json.dumps(template(One=queue("lab-one", DelaySeconds=5), Two=queue("lab-two")))


# Stacks and changes


def test_a_stack_is_proposed_then_made_and_tells_what_happened(cloud):
    assert cloud.stacks.find("lab-runtime") is None
    changes = proposed(cloud, "lab-runtime", ONE)
    assert changes.changes == (Change(deed="add", logical="One", kind="AWS::SQS::Queue"),)
    found = cloud.stacks.find("lab-runtime")
    assert found.is_proposal
    assert not found.is_busy
    cloud.changes.apply(changes)
    stack = ended(cloud, "lab-runtime")
    assert stack.status == "CREATE_COMPLETE"
    assert "Url" in stack.outputs
    events = cloud.stacks.events(stack.id)
    mine = [(event.status, event.logical) for event in events if event.logical == "One"]
    assert mine == [("CREATE_IN_PROGRESS", "One"), ("CREATE_COMPLETE", "One")]
    assert (events[-1].status, events[-1].physical) == ("CREATE_COMPLETE", stack.id)
    assert cloud.stacks.events(stack.id, events[-2].id) == events[-1:]
    assert cloud.stacks.events(stack.id, events[-1].id) == []
    contents = cloud.stacks.contents("lab-runtime")
    assert contents.template == json.loads(ONE)
    assert [(one.logical, one.kind) for one in contents.resources] == [("One", "AWS::SQS::Queue")]


def test_changes_name_each_resource_and_the_same_again_is_empty(cloud):
    made(cloud, "lab-runtime", ONE)
    changes = proposed(cloud, "lab-runtime", TWO)
    assert {(one.deed, one.logical, one.replacement) for one in changes.changes} == {
        ("modify", "One", "no"),
        ("add", "Two", "no"),
    }
    cloud.changes.apply(changes)
    assert ended(cloud, "lab-runtime").status == "UPDATE_COMPLETE"
    again = proposed(cloud, "lab-runtime", TWO)
    assert again.is_empty
    assert again.changes == ()
    renamed = json.dumps(template(One=queue("lab-uno", DelaySeconds=5), Two=queue("lab-two")))
    (change,) = proposed(cloud, "lab-runtime", renamed).changes
    assert (change.deed, change.logical, change.replacement) == ("modify", "One", "yes")


def test_a_discarded_proposal_leaves_nothing(cloud):
    changes = proposed(cloud, "lab-runtime", ONE)
    cloud.changes.discard(changes)
    assert cloud.stacks.find("lab-runtime") is None
    cloud.changes.discard(changes)
    made(cloud, "lab-runtime", ONE)
    cloud.changes.discard(proposed(cloud, "lab-runtime", TWO))
    assert cloud.stacks.find("lab-runtime").status == "CREATE_COMPLETE"
    assert cloud.stacks.contents("lab-runtime").template == json.loads(ONE)


def test_of_two_proposals_one_can_be_applied(cloud):
    made(cloud, "lab-runtime", ONE)
    first, second = proposed(cloud, "lab-runtime", TWO), proposed(cloud, "lab-runtime", TWO)
    cloud.changes.apply(first)
    with pytest.raises(Conflict):
        cloud.changes.apply(second)
    ended(cloud, "lab-runtime")
    with pytest.raises(Conflict):
        cloud.changes.apply(second)


def test_parameters_are_given_and_their_absence_is_told(cloud):
    text = json.dumps(
        {
            "Parameters": {"Name": {"Type": "String"}},
            **template(One=("AWS::SQS::Queue", {"QueueName": {"Ref": "Name"}}, {})),
        }
    )
    with pytest.raises(OperatorError, match="Name"):
        proposed(cloud, "lab-runtime", text)
    made(cloud, "lab-runtime", text, {"Name": "lab-given"})
    (resource,) = cloud.stacks.contents("lab-runtime").resources
    assert resource.physical.endswith("lab-given")


def test_a_template_may_be_read_from_a_bucket(clouds, cloud):
    bucket = clouds.bucket("lab", "lab-code")
    cloud.objects.put(bucket, "lab/code/t.json", ONE.encode())
    changes = cloud.changes.propose(
        Proposal(
            stack="lab-runtime",
            is_new=True,
            template=ONE,
            parameters={},
            tags={},
            stored=(bucket, "lab/code/t.json"),
        )
    )
    assert [one.logical for one in changes.changes] == ["One"]


def test_a_deleted_stack_is_gone_and_its_events_are_there(cloud):
    stack = made(cloud, "lab-runtime", ONE)
    cloud.stacks.delete("lab-runtime")
    assert ended(cloud, "lab-runtime") is None
    assert cloud.stacks.events(stack.id)[-1].status == "DELETE_COMPLETE"
    cloud.stacks.delete("lab-runtime")
    with pytest.raises(Absent, match="lab-runtime"):
        cloud.stacks.contents("lab-runtime")


# Parameters


def test_a_parameter_is_made_once_and_tells_where_it_is(cloud):
    assert cloud.parameters.get("/praktika/lab/manifest") is None
    cloud.parameters.create("/praktika/lab/manifest", "one", about="what is deployed")
    with pytest.raises(Conflict, match="/praktika/lab/manifest"):
        cloud.parameters.create("/praktika/lab/manifest", "two")
    found = cloud.parameters.get("/praktika/lab/manifest")
    assert (found.text, found.region) == ("one", "eu-central-1")
    assert found.account == cloud.account.identity().account
    cloud.parameters.replace("/praktika/lab/manifest", "two")
    assert cloud.parameters.get("/praktika/lab/manifest").text == "two"
    cloud.parameters.delete("/praktika/lab/manifest")
    cloud.parameters.delete("/praktika/lab/manifest")
    assert cloud.parameters.get("/praktika/lab/manifest") is None


def test_many_parameters_are_looked_for_at_once(cloud):
    """Fault 69."""
    names = [f"/praktika/lab/platform/{number}" for number in range(60)]
    for name in names[:55]:
        cloud.parameters.create(name, "value", secret=True)
    assert cloud.parameters.present(names) == set(names[:55])
    assert cloud.parameters.present([]) == set()


# Objects


def test_objects_are_there_once_they_are_put(clouds, cloud, tmp_path):
    assert not cloud.objects.has(f"nowhere-{clouds.suffix}", "a")
    with pytest.raises(Absent):
        cloud.objects.put(f"nowhere-{clouds.suffix}", "a", b"1")
    bucket = clouds.bucket("lab", "lab-a")
    assert not cloud.objects.has(bucket, "lab/code/x.zip")
    file = tmp_path / "x.zip"
    file.write_bytes(b"123")
    cloud.objects.put(bucket, "lab/code/x.zip", file)
    cloud.objects.put(bucket, "lab/blobs/installation.json", b"{}", kind="application/json")
    assert cloud.objects.has(bucket, "lab/code/x.zip")
    assert cloud.objects.get(bucket, "lab/code/x.zip") == b"123"
    with pytest.raises(Absent):
        cloud.objects.get(bucket, "nothing")


def test_objects_of_a_folder_are_listed_and_go_one_by_one(clouds, cloud):
    assert cloud.objects.keys(f"nowhere-{clouds.suffix}", "lab/code/") == []
    bucket = clouds.bucket("lab", "lab-a")
    for key in ("lab/code/x", "lab/code/y", "lab/codes", "lab-private/code/x"):
        cloud.objects.put(bucket, key, b"1")
    assert cloud.objects.keys(bucket, "lab/code/") == ["lab/code/x", "lab/code/y"]
    cloud.objects.remove(bucket, "lab/code/x")
    cloud.objects.remove(bucket, "lab/code/x")
    assert cloud.objects.keys(bucket, "lab/") == ["lab/code/y", "lab/codes"]


# Belongings


def test_what_a_project_has_is_found_and_its_neighbours_is_not(clouds):
    """Fault 21: the name of one project begins as another's."""
    lab, private = clouds.of("lab"), clouds.of("lab-private")
    own, theirs = clouds.bucket("lab", "lab-a"), clouds.bucket("lab-private", "lab-private-a")
    for project in ("lab", "lab-private"):
        clouds.log_group(f"/praktika/{project}/instances")
        clouds.of(project).parameters.create(f"/praktika/{project}/manifest", "x")
        clouds.of(project).parameters.create(f"{project}-secret", "x", secret=True)
    assert [one for one in lab.belongings.owned() if "private" in one.name] == []
    mine = set(lab.belongings.owned())
    assert mine >= {
        Belonging(kind="bucket", name=own),
        Belonging(kind="log group", name="/praktika/lab/instances"),
        Belonging(kind="parameter", name="/praktika/lab/manifest"),
    }
    for one in mine:
        lab.belongings.remove(one)
        lab.belongings.remove(one)
    assert lab.belongings.owned() == []
    assert Belonging(kind="bucket", name=theirs) in private.belongings.owned()
    assert private.parameters.get("/praktika/lab-private/manifest").text == "x"
    assert private.parameters.get("lab-private-secret").text == "x"


def test_machines_of_groups_that_are_not_there_are_none(cloud):
    assert cloud.machines.running(["lab-none"]) == []
    assert cloud.machines.running([]) == []
    assert cloud.machines.leased(["lab-none"]) == 0
    cloud.machines.ask_to_leave([Machine(id="i-00000000000000000", group="lab-none")])


def test_a_secret_is_kept_and_replaced(clouds):
    lab = clouds.of("lab")
    name = f"lab-app-{clouds.suffix}"
    assert lab.vault.keep(name, '{"app-id": "1"}', about="An App.") is True
    assert lab.vault.keep(name, '{"app-id": "2"}') is False
    assert lab.secrets.get(name, "aws secret") == '{"app-id": "2"}'
    assert [one for one in lab.belongings.owned() if name in one.name] == []  # it is the operator's


# One adapter only


def test_a_bucket_goes_with_old_versions_and_uploads_that_never_ended(aws_server, monkeypatch):
    """Fault 69: more of them than one answer holds."""
    monkeypatch.setattr(buckets, "_AT_ONCE", 20)
    aws = aws_server.clients()
    clouds = Clouds("aws", aws_server.account, World(), aws)
    bucket = clouds.bucket("lab", "lab-many")
    aws.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for number in range(50):
        aws.s3.put_object(Bucket=bucket, Key=f"k{number % 25}", Body=b"x")
    for number in range(25):
        aws.s3.delete_object(Bucket=bucket, Key=f"k{number}")
    aws.s3.create_multipart_upload(Bucket=bucket, Key="begun")
    clouds.of("lab").belongings.remove(Belonging(kind="bucket", name=bucket))
    assert aws.s3.list_buckets().get("Buckets", []) == []
