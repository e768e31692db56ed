"""Names on AWS: those that are checked are those that are made, and each is rendered once."""

import pytest
from tests.declared_projects import EXAMPLES, compiled_example, context_of, loaded, place_of

from praktika.infrastructure.check.naming.rendered import (
    FUNCTION,
    GROUP,
    IMPLIED,
    PROFILE,
    QUEUE,
    ROLE,
    TEMPLATE,
    rendered,
    whole,
)
from praktika.infrastructure.parts import parts
from praktika.infrastructure.template.compile import compiled, text
from praktika.infrastructure.template.names import Names

MADE = {
    "AWS::IAM::Role": ("RoleName", ROLE),
    "AWS::IAM::InstanceProfile": ("InstanceProfileName", PROFILE),
    "AWS::Lambda::Function": ("FunctionName", FUNCTION),
    "AWS::SQS::Queue": ("QueueName", QUEUE),
    "AWS::AutoScaling::AutoScalingGroup": ("AutoScalingGroupName", GROUP),
    "AWS::EC2::LaunchTemplate": ("LaunchTemplateName", TEMPLATE),
}


@pytest.mark.parametrize("name", ["minimal", "full"])
def test_every_name_that_is_made_is_one_that_is_checked(name):
    found = loaded(name)
    done = compiled(context_of(found), place_of(found), {})
    names = Names(done.names.slug)
    checked = {
        (space.noun, whole(names, space, own))
        for part in parts(found.projects[0])
        for space, _, own in rendered(part)
    } | {(space.noun, names.own(own)) for space, own in IMPLIED}
    made = {
        (MADE[one["Type"]][1].noun, one["Properties"][MADE[one["Type"]][0]])
        for template in done.templates.values()
        for one in template["Resources"].values()
        if one["Type"] in MADE and MADE[one["Type"]][0] in one["Properties"]
    }
    assert made <= checked


@pytest.mark.parametrize(
    "slug", ["auto", "aws", "region", "docker", "queue", "events", "root", "echo", "bucket"]
)
def test_fault_44_a_project_may_be_called_like_any_word(slug):
    """Only names change: no text is searched for the slug."""

    def templates(name):
        found = loaded("minimal")
        found.projects[0].name = name
        return compiled(context_of(found), place_of(found), {}).templates

    plain, named = templates("zq"), templates(slug)
    for stack, template in plain.items():
        assert text(named[stack]) == text(template).replace("zq", slug)


def test_every_example_is_a_repository():
    assert {path.name for path in EXAMPLES.iterdir()} >= {"broken", "full", "minimal"}
    assert compiled_example("minimal").installation.project == "tiny"
