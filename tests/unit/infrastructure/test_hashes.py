"""A component's hash changes if something of it does, and with nothing else."""

import pytest
from tests.declared_projects import compiled_example, context_of, loaded, place_of

from praktika.infrastructure.parts import parts, title_of
from praktika.infrastructure.template.compile import compiled, text

CHANGES = [
    ("VPC:main", "subnets", [], {"VPC:main"}),
    ("Storage:nightlies", "retention_days", 1, {"Storage:nightlies"}),
    ("Storage:artifacts-us-east-1", "public", False, {"Storage:artifacts-us-east-1"}),
    ("DedicatedHost:mac-host", "quantity_per_az", 3, {"DedicatedHost:mac-host"}),
    ("EC2Instance:mac-builder", "root_volume_size_gb", 300, {"EC2Instance:mac-builder"}),
    ("IAMRole:mac", "policy_arns", [], {"EC2Instance:mac-builder"}),
    ("CIDBCluster:cidb", "data_volume_size_gb", 300, {"CIDBCluster:cidb"}),
    ("SecretParameter:docker-token", "description", "x", {"SecretParameter:docker-token"}),
    ("RunnerPool:arm-small", "volume_size_gb", 50, {"RunnerPool:arm-small"}),
]


@pytest.fixture(scope="module")
def before():
    return compiled_example("full")


@pytest.mark.parametrize(("title", "field", "value", "expected"), CHANGES)
def test_what_changes_changes_its_own_hash(before, title, field, value, expected):
    found = loaded("full")
    part = next(one for one in parts(found.projects[0]) if title_of(one) == title)
    if field == "subnets":
        value = [*part.subnets, type(part.subnets[0])(availability_zone="us-east-1c")]
    setattr(part, field, value)
    after = compiled(context_of(found), place_of(found), {})
    changed = {one for one in before.hashes if before.hashes[one] != after.hashes.get(one)}
    own = {title, *expected}
    assert expected <= changed
    # The runtime stack may name what changed; a stateful one never follows another.
    assert {one for one in changed - own if one.startswith(("VPC", "Storage", "CIDB"))} == set()


def test_compiling_twice_gives_the_same(before):
    again = compiled_example("full")
    assert {one: text(it) for one, it in again.templates.items()} == {
        one: text(it) for one, it in before.templates.items()
    }
    assert again == before


LISTS = ("vpcs", "secret_parameters", "ec2_instances", "runner_pools", "report_pages", "iam_roles")


def test_the_order_of_declarations_changes_nothing(before):
    found = loaded("full")
    for field in LISTS:
        getattr(found.projects[0], field).reverse()
    assert compiled(context_of(found), place_of(found), {}) == before


def test_the_code_of_a_function_is_part_of_its_component(before):
    after = compiled_example("full", {"tick": "0" * 64})
    changed = {one for one in before.hashes if before.hashes[one] != after.hashes[one]}
    assert changed == {"Installation:tick"}
    assert after.templates == before.templates


def test_a_part_whose_resources_have_owners(before):
    for stack, template in before.templates.items():
        owned = {name for of, name in before.owners if of == stack}
        assert owned == set(template["Resources"])
