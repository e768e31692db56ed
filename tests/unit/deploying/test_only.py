"""Deploying some components alone."""

import pytest
from tests.unit.deploying.samples import Room, wanted

from praktika.errors import AuthorError
from praktika.infrastructure.deploying.deploy import narrowed_to
from praktika.infrastructure.deploying.only import chosen, narrowed
from praktika.infrastructure.deploying.plan import finished
from praktika.infrastructure.deploying.wanted import owned

COMPONENTS = ("RunnerPool:small", "RunnerPool:large", "Storage:artifacts", "Lambda:own")


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("RunnerPool:small", {"RunnerPool:small"}),
        ("runnerpools", {"RunnerPool:small", "RunnerPool:large"}),
        ("S3", {"Storage:artifacts"}),
        ("bucket:artifacts", {"Storage:artifacts"}),
        ("LAMBDAS", {"Lambda:own"}),
    ],
)
def test_words_mean_components(word, found):
    assert chosen([word], COMPONENTS) == found


def test_a_word_that_means_nothing_is_refused_with_what_there_is():
    with pytest.raises(AuthorError, match=r"'RunnerPol'.*Did you mean 'RunnerPool'\?.*Lambda:own"):
        chosen(["RunnerPol"], COMPONENTS)


def test_only_the_chosen_component_changes():
    room = Room()
    room.deploy()
    after = wanted(small={"DelaySeconds": 1}, large={"DelaySeconds": 2}, code="2")
    room.deploy(narrowed_to(after, room.cloud, ["RunnerPool:small"]))
    assert room.changed() == {("RunnerPool:small", "UPDATE_COMPLETE")}
    assert room.deploy(narrowed_to(after, room.cloud, ["RunnerPool:small"])).outcome == "unchanged"
    room.deploy(after)
    assert room.changed() == {
        ("RunnerPool:large", "UPDATE_COMPLETE"),
        ("Installation:webhook", "UPDATE_COMPLETE"),
    }


def test_new_and_removed_components_can_be_chosen():
    room = Room()
    room.deploy()
    after = wanted(large={}, huge={})
    room.deploy(narrowed_to(after, room.cloud, ["RunnerPool:huge"]))
    assert room.changed() == {("RunnerPool:huge", "CREATE_COMPLETE")}
    room.deploy(narrowed_to(after, room.cloud, ["RunnerPool:small"]))
    assert room.changed() == {("RunnerPool:small", "DELETE_COMPLETE")}


def test_what_others_need_does_not_go_and_what_is_not_there_is_not_used():
    before = wanted(small={}, large={"RedrivePolicy": {"target": {"Ref": "QueueSmall"}}})
    alone = wanted(large={})
    with pytest.raises(
        AuthorError, match=r"RunnerPool:large is deployed and needs RunnerPool:small"
    ):
        narrowed(alone, before.templates, finished(before), {"RunnerPool:small"})
    with pytest.raises(AuthorError, match="RunnerPool:large needs RunnerPool:small, which is not"):
        narrowed(before, alone.templates, finished(alone), {"RunnerPool:large"})


def test_nothing_is_chosen_of_what_was_never_deployed():
    with pytest.raises(AuthorError, match="everything first"):
        narrowed_to(wanted(), Room().cloud, ["RunnerPool:small"])


def test_references_in_texts_and_dependencies_count():
    before = wanted(
        small={},
        a={"Note": {"Fn::Sub": "arn:${QueueSmall.Arn}:${AWS::Region}:${!Literal}"}},
        b={"Note": {"Fn::Sub": ["${Own}", {"Own": {"Fn::GetAtt": ["QueueSmall", "Arn"]}}]}},
    )
    runtime = before.templates["runtime"]
    runtime["Resources"]["Logs"]["DependsOn"] = "QueueSmall"
    for name in ("QueueA", "QueueB", "Logs"):
        kept = {
            key: one for key, one in runtime["Resources"].items() if key in ("QueueSmall", name)
        }
        owners = {key: kept[key]["Metadata"]["praktika"] for key in kept}
        deployed = {**before.templates, "runtime": owned({"Resources": kept}, owners)}
        with pytest.raises(AuthorError, match="which would go"):
            narrowed(wanted(x={}), deployed, finished(before), {"RunnerPool:small"})
