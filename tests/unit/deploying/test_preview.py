"""What a deploy would do."""

import pytest
from tests.unit.deploying.samples import Room, wanted

from praktika.errors import Denied, OperatorError
from praktika.infrastructure.deploying.preview import preview


@pytest.fixture
def room():
    return Room()


def seen(room, what):
    return {(one.deed, one.component, one.note) for one in preview(what, room.cloud) if one.stack}


def test_at_first_all_is_added_and_secrets_are_made_and_nothing_is_touched(room):
    room.world.deed = pytest.fail
    planned = preview(wanted(), room.cloud)
    assert {one.deed for one in planned} == {"add", "make", "upload"}
    assert ("add", "RunnerPool:small", "") in {
        (one.deed, one.component, one.note) for one in planned
    }
    assert room.things() == set()


def test_then_what_differs_and_whether_it_is_replaced(room):
    room.deploy()
    before = room.things()
    after = wanted(small={"DelaySeconds": 1}, huge={})
    assert seen(room, after) == {
        ("modify", "RunnerPool:small", ""),
        ("remove", "RunnerPool:large", ""),
        ("add", "RunnerPool:huge", ""),
    }
    renamed = wanted(small={"QueueName": "lab-another"}, large={})
    assert seen(room, renamed) == {("modify", "RunnerPool:small", "replaced")}
    assert seen(room, wanted(code="2")) == {("modify", "Installation:webhook", "")}
    assert preview(wanted(), room.cloud) == []
    assert room.things() == before
    assert room.world.proposals == {}


def test_who_may_not_propose_sees_what_templates_tell(room):
    room.deploy()

    def deed(what):
        raise Denied(what)

    room.world.deed = deed
    after = wanted(small={"DelaySeconds": 1}, huge={}, code="2")
    assert seen(room, after) == {
        ("modify", "RunnerPool:small", "perhaps replaced"),
        ("modify", "Installation:webhook", "perhaps replaced"),
        ("remove", "RunnerPool:large", ""),
        ("add", "RunnerPool:huge", ""),
    }


def test_it_complains_of_what_a_deploy_would_complain_of(room):
    room.world.account = "999999999999"
    with pytest.raises(OperatorError, match="AWS_ACCOUNT_ID"):
        preview(wanted(), room.cloud)


@pytest.mark.parametrize("secrets", [{}, {"lab-gh-app": "no JSON"}])
def test_what_it_costs_is_known_before_there_is_an_app(room, secrets):
    room.world.secrets = secrets
    first, *others = preview(wanted(), room.cloud)
    assert first.deed == "ask for"
    assert "secret lab-gh-app" in first.what
    assert "--github-app ID --key-file" in first.what
    assert {one.deed for one in others} == {"add", "make", "upload"}
