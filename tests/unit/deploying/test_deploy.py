"""Deploying into a cloud in memory."""

import base64
import hashlib
import json
from pathlib import Path

import msgspec
import pytest
from tests.contracts.clouds import proposed
from tests.unit.deploying.samples import APP, Room, wanted

from praktika.errors import OperatorError
from praktika.infrastructure import deploying
from praktika.infrastructure.deploying.deploy import keep_app
from praktika.infrastructure.deploying.lock import Lock, Mark
from praktika.infrastructure.deploying.manifest import Manifest, packed, unpacked
from praktika.infrastructure.deploying.stacks.watch import StackFailed
from praktika.infrastructure.template.names import Names
from praktika.model.installation import Installation
from praktika.model.wire import decode, encode
from praktika.ports.cloud.machines import Machine, Machines

MANIFEST = "/praktika/lab/manifest"


@pytest.fixture
def room():
    return Room()


class Killed(BaseException):
    """Ends a process at once; nothing catches it."""


def stored(room, name):
    return room.world.things["parameter", name].text


def test_a_deploy_makes_all_that_is_declared(room):
    deployed = room.deploy()
    assert deployed.outcome == "deployed"
    assert deployed.api == "https://api.invalid"
    assert {name for _, name in room.things()} >= {
        "lab-artifacts",
        "/praktika/lab/instances",
        MANIFEST,
        "/praktika/lab/platform/webhook-secret",
        "/praktika/lab/platform/task-key",
        "/praktika/lab/public/task-key",
        wanted().key(wanted().code[0]),
    }
    assert ("parameter", "/praktika/lab/deploying") not in room.things()
    said = decode(
        room.cloud.objects.get("lab-artifacts", "lab/blobs/installation.json"), Installation
    )
    assert (said.app, said.api, said.project) == ("12", "https://api.invalid", "lab")
    assert ("RunnerPool:small", "CREATE_COMPLETE") in room.changed()


def test_a_second_deploy_does_nothing(room):
    room.deploy()
    room.world.deed = pytest.fail
    assert room.deploy().outcome == "unchanged"
    assert room.told == []


def test_a_change_touches_its_component_and_no_other(room):
    room.deploy()
    room.deploy(wanted(small={"DelaySeconds": 1}, large={}))
    assert room.changed() == {("RunnerPool:small", "UPDATE_COMPLETE")}
    room.deploy(wanted(large={}))
    assert room.changed() == {("RunnerPool:small", "DELETE_COMPLETE")}
    room.deploy(wanted(large={}, code="2"))
    assert room.changed() == {("Installation:webhook", "UPDATE_COMPLETE")}


def test_secrets_are_made_once_and_are_nowhere_else(room):
    """Fault 19: not on a disk, not in a template, not in what is told."""
    room.deploy()
    names = ("/praktika/lab/platform/webhook-secret", "/praktika/lab/platform/task-key")
    before = [stored(room, name) for name in names]
    room.deploy(wanted(small={"DelaySeconds": 1}, large={}))
    assert [stored(room, name) for name in names] == before
    assert all(room.world.things["parameter", name].is_secret for name in names)
    assert len(base64.b64decode(stored(room, "/praktika/lab/public/task-key"))) == 32
    elsewhere = repr(room.told) + repr(
        [thing for (_, name), thing in room.world.things.items() if name not in names]
    )
    elsewhere += repr(room.world.stacks)
    assert not any(secret in elsewhere for secret in before)


def test_another_account_is_refused_before_anything_changes(room):
    room.world.account = "999999999999"
    room.world.deed = pytest.fail
    with pytest.raises(OperatorError, match=r"account 999999999999.*AWS_ACCOUNT_ID.*123456789012"):
        room.deploy()


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (packed(Manifest(praktika="9.1.0")), r"praktika 9\.1\.0 has deployed this"),
        ('{"v": 2, "praktika": "0.1.0", "data": "?"}', "newer"),
        ('{"v": 1, "praktika": "0.1.0", "data": "?"}', r"damaged.*delete-parameter"),
        ("nothing", "damaged"),
        ('{"v": 1, "praktika": "0.1.0", "data": "YQ=="}', "damaged"),
    ],
)
def test_a_manifest_that_is_newer_or_damaged_is_refused(room, text, match):
    room.cloud.parameters.create(MANIFEST, text)
    room.world.deed = pytest.fail
    with pytest.raises(OperatorError, match=match):
        room.deploy()


def test_a_manifest_has_room_for_many_components_and_says_when_it_has_not():
    many = {f"RunnerPool:pool-with-a-long-name-{n}": f"{n:064x}" for n in range(120)}
    manifest = Manifest(praktika="0.2.0", digest="1" * 64, components=many)
    read = unpacked(packed(manifest), "m", "0.2.0")
    assert set(read.components) == set(many)
    assert read.digest == manifest.digest
    noise = {hashlib.sha256(b"%d" % n).hexdigest(): "0" * 64 for n in range(300)}
    with pytest.raises(OperatorError, match="Split"):
        packed(Manifest(praktika="0.2.0", components=noise))


@pytest.mark.parametrize(
    ("secret", "match"),
    [
        (None, "no secret lab-gh-app .*--github-app ID"),
        ("no json", "no JSON object"),
        ('{"app-id": "1", "app-key": ""}', "lacks app-key"),
        (APP.replace("PRIVATE KEY", "CERTIFICATE"), "no private key"),
    ],
)
def test_the_secret_of_the_app_has_to_be_in_order_before_anything_changes(room, secret, match):
    room.world.secrets.clear()
    if secret is not None:
        room.world.secrets["lab-gh-app"] = secret
    room.world.deed = pytest.fail
    with pytest.raises(OperatorError, match=match) as caught:
        room.deploy()
    assert "CERTIFICATE" not in str(caught.value)


def test_a_failure_says_which_resource_and_why_and_the_next_deploy_ends_well(room):
    """Fault 46: what may not be made fails the deploy."""
    room.world.broken["QueueLarge"] = "not authorized to perform: iam:CreateRole"
    with pytest.raises(
        StackFailed, match=r"lab-runtime: RunnerPool:large: QueueLarge .*iam:Create"
    ):
        room.deploy()
    assert room.world.stacks["lab-runtime"].status == "ROLLBACK_COMPLETE"
    room.world.broken.clear()
    assert room.deploy().outcome == "deployed"
    assert room.world.stacks["lab-runtime"].status == "CREATE_COMPLETE"
    room.world.broken["QueueSmall"] = "quota"
    with pytest.raises(StackFailed, match="gone back to what was deployed before"):
        room.deploy(wanted(small={"DelaySeconds": 1}, large={}))
    room.world.broken.clear()
    assert room.deploy().outcome == "deployed", "the manifest says that something was in between"
    assert room.deploy().outcome == "unchanged"


def deeds(room, what):
    found = []
    room.world.deed = found.append
    room.deploy(what)
    room.world.deed = lambda _: None
    return len(found)


FIRST = deeds(Room(), wanted())


@pytest.mark.parametrize("number", range(FIRST))
def test_killed_before_any_step_the_next_deploy_ends_well(number):
    room = Room(alive=lambda _: False)
    room.world.pace = 1
    reference = Room()
    reference.deploy()
    seen = []

    def deed(what):
        seen.append(what)
        if len(seen) > number:  # a dead process does not tidy up either
            raise Killed

    room.world.deed = deed
    with pytest.raises(Killed):
        room.deploy()
    room.world.deed = lambda _: None
    room.deploy()
    left = room.things() - reference.things()
    assert left <= {("parameter", "/praktika/lab/deploying")}, "a mark that the next one removes"
    assert reference.things() <= room.things()
    assert {one.status for one in room.world.stacks.values()} == {"CREATE_COMPLETE"}
    assert room.deploy().outcome == "unchanged"


def test_a_stack_that_is_being_changed_already_is_waited_for(room):
    room.deploy()
    room.world.pace = 1
    other = Room(world=room.world, host="there")
    many = {f"pool{number}": {} for number in range(20)}
    text = json.dumps(wanted(**many).templates["runtime"])
    given = {"BucketArn": "lab-artifacts", "CodeWebhook": "x"}
    room.cloud.changes.apply(proposed(room.cloud, "lab-runtime", text, given))
    other.deploy(wanted(small={"DelaySeconds": 2}, large={}))
    assert "lab-runtime is being changed already; waiting" in other.text()
    assert room.world.stacks["lab-runtime"].status == "UPDATE_COMPLETE"
    assert "QueueLarge" in room.world.stacks["lab-runtime"].resources


def mark(**fields):
    given = {"token": "t", "by": "ann", "host": "there", "pid": 7, "since": 900.0, "seen": 990.0}
    return encode(Mark(**{**given, **fields})).decode()


def test_while_somebody_else_deploys_nobody_does(room):
    room.cloud.parameters.create("/praktika/lab/deploying", mark())
    room.world.deed = pytest.fail
    with pytest.raises(OperatorError, match=r"ann on there \(process 7\).*try again in 110 s"):
        room.deploy()


@pytest.mark.parametrize(
    "left", [mark(seen=870.0), mark(host="here"), "damaged"], ids=["silent", "dead", "damaged"]
)
def test_what_a_dead_deploy_has_left_is_taken_away(room, left):
    room.alive = lambda _: False
    room.cloud.parameters.create("/praktika/lab/deploying", left)
    assert room.deploy().outcome == "deployed"
    assert ("parameter", "/praktika/lab/deploying") not in room.things()


def test_who_was_taken_for_dead_changes_nothing_more(room):
    lock = Lock(room.cloud.parameters, "/praktika/lab/deploying", room.around.me)
    lock.acquire()
    lock.beat()
    lock.check()
    room.world.things["parameter", "/praktika/lab/deploying"].text = mark()
    lock.beat()
    with pytest.raises(OperatorError, match="has taken over"):
        lock.check()
    lock.release()
    assert stored(room, "/praktika/lab/deploying") == mark(), "the other's mark stays"


def test_a_stack_of_somebody_else_with_our_name_is_left_alone(room):
    """Fault 21: a name is no proof."""
    room.deploy()
    room.world.stacks["lab-runtime"].tags.clear()
    with pytest.raises(OperatorError, match="not made for 'lab'"):
        room.deploy(wanted(small={}))


def test_no_deploy_ever_sets_a_capacity():
    """Fault 45: nothing in these rooms knows how to; groups grow and shrink by themselves."""
    texts = [path.read_text() for path in Path(deploying.__file__).parent.rglob("*.py")]
    assert not any("esired" in text for text in texts)
    assert [name for name in vars(Machines) if not name.startswith("_")] == [
        "running",
        "leased",
        "ask_to_leave",
        "unprotect",
        "keep_unbalanced",
    ]


def test_a_large_template_goes_through_the_bucket(room):
    pools = {f"pool{n}": {"DelaySeconds": n % 900, "Note": "x" * 300} for n in range(150)}
    room.deploy(wanted(**pools))
    keys = room.world.things["bucket", "lab-artifacts"].objects
    assert any(key.startswith("lab/code/runtime-") for key in keys)
    assert len(room.world.stacks["lab-runtime"].resources) == 152


def test_what_a_manifest_says_survives_a_failed_deploy(room):
    room.deploy()
    room.world.broken["QueueSmall"] = "quota"
    with pytest.raises(StackFailed):
        room.deploy(wanted(small={"DelaySeconds": 1}, large={}))
    manifest = unpacked(stored(room, MANIFEST), MANIFEST, "0.2.0")
    assert manifest.digest == ""
    assert manifest.components
    assert msgspec.structs.asdict(manifest)["praktika"] == "0.2.0"


def group(name):
    return {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": {"Name": name}}


def with_groups(*names):
    made = wanted()
    runtime = made.templates["runtime"]
    for name in names:
        runtime["Resources"][f"Group{name.title()}"] = {
            **group(f"lab-{name}"),
            "Metadata": {"praktika": f"RunnerPool:{name}"},
        }
    return made


def test_a_pool_that_goes_does_not_take_machines_with_it_unasked(room):
    """Fault 45."""
    room.deploy(with_groups("one", "two"))
    room.world.machines += [Machine(id="i-1", group="lab-one"), Machine(id="i-2", group="lab-two")]
    with pytest.raises(OperatorError, match=r"1 machines run in groups that would go \(lab-one\)"):
        room.deploy(with_groups("two"))
    assert room.world.stacks["lab-runtime"].status == "CREATE_COMPLETE"
    assert room.world.unprotected == set()
    room.may_end = True
    assert room.deploy(with_groups("two")).outcome == "deployed"
    assert room.world.unprotected == {"lab-one"}


def test_a_pool_that_goes_when_its_machines_have_left_is_no_matter(room):
    room.deploy(with_groups("one", "two"))
    room.world.machines.append(Machine(id="i-2", group="lab-two"))
    assert room.deploy(with_groups("two")).outcome == "deployed"
    assert room.world.unprotected == set()


def test_machines_of_a_pool_are_never_ended_to_balance_zones(room):
    """Fault 45: and groups of which the author says all are left as they are."""
    made = with_groups("one")
    made.templates["runtime"]["Resources"]["GroupOwn"] = {
        **group("lab-own"),
        "Metadata": {"praktika": "AutoScalingGroup:own"},
    }
    room.deploy(made)
    assert room.world.unbalanced == {"lab-one"}
    room.deploy(with_groups("one", "two"))
    assert room.world.unbalanced == {"lab-one", "lab-two"}


def kept(room, app):
    text = APP.replace('"12"', f'"{app}"')
    return keep_app(room.cloud, Names("lab"), room.around, secret="lab-gh-app", app=app, text=text)


def test_another_app_is_told_of_by_the_next_deploy(room):
    assert kept(room, "12") is False, "before the first deploy, too"
    room.deploy()
    kept(room, "12")
    assert room.deploy().outcome == "unchanged", "another key of the same app is no change"
    kept(room, "13")
    assert room.deploy().outcome == "deployed"
    blob = room.cloud.objects.get("lab-artifacts", "lab/blobs/installation.json")
    assert decode(blob, Installation).app == "13"
    room.world.deed = pytest.fail
    assert room.deploy().outcome == "unchanged"


def test_while_somebody_deploys_the_app_stays_as_it_is(room):
    room.cloud.parameters.create("/praktika/lab/deploying", mark())
    with pytest.raises(OperatorError, match="ann on there"):
        kept(room, "13")
    assert room.world.secrets["lab-gh-app"] == APP
