"""Compiling: the same declaration gives the same templates, and hashes tell what changed."""

import json
from dataclasses import replace

from praktika.infrastructure import VPC, CloudInfrastructure
from praktika.infrastructure.template.compile import compiled, text
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Place

PLACE = Place(region="eu-north-1", account="123456789012", bucket="my-project-artifacts")


def network(name="main", **more):
    more.setdefault("subnets", [VPC.Subnet(availability_zone="eu-north-1a")])
    return VPC.Config(name=name, **more)


def compiled_of(**parts):
    project = CloudInfrastructure.Config(name="My Project", **parts)
    return compiled(Context(project=project), PLACE, {})


def test_the_same_declaration_gives_the_same_text():
    first, second = (compiled_of(vpcs=[network()]) for _ in range(2))
    assert text(first.templates["stateful"]) == text(second.templates["stateful"])
    assert replace(first) == second


def test_the_order_of_declarations_changes_nothing():
    ways = [network("a"), network("b")], [network("b"), network("a")]
    first, second = (compiled_of(vpcs=way) for way in ways)
    assert first == second


def test_the_hash_of_a_component_changes_with_it_alone():
    before = compiled_of(vpcs=[network("a"), network("b")]).hashes
    after = compiled_of(vpcs=[network("a"), network("b", cidr="10.1.0.0/16")]).hashes
    assert {title for title in before if before[title] != after[title]} == {"VPC:b"}


def test_every_resource_has_an_owner_and_every_tag_the_slug():
    done = compiled_of(vpcs=[network()])
    resources = done.templates["stateful"]["Resources"]
    assert {name for stack, name in done.owners if stack == "stateful"} == set(resources)
    tagged = [one for one in resources.values() if "Tags" in one["Properties"]]
    assert tagged
    for one in tagged:
        assert {"Key": "praktika:project", "Value": "my-project"} in one["Properties"]["Tags"]
    json.loads(text(done.templates["stateful"]))


def test_a_stack_without_anything_in_it_is_one_that_cloudformation_takes():
    done = compiled_of()
    assert done.templates["runtime"]["Resources"] == {
        "Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}
    }
