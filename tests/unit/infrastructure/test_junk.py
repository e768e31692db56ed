"""Whatever authors write into a field is answered with problems, never with a traceback."""

import pytest
from tests.declared_projects import loaded

from praktika.infrastructure.parts import parts
from praktika.pipeline.check.projects import check_projects
from praktika.pipeline.declare.declared import fields_of

JUNK = [None, True, -1, float("nan"), 10**30, "\ud800 \0", "x" * 500, [None], {1: 2}, object()]


def show(place):
    return f"{place[0]}:{place[1]}"


def things(project):
    seen = {}
    for part in (project, *parts(project)):
        seen.setdefault(part.KIND, part)
    subnet, venv = project.vpcs[0].subnets[0], project.image_builders[0].prebuilt_venvs[0]
    return [*seen.values(), subnet, venv]


KINDS = sorted(part.KIND for part in things(loaded("full").projects[0]))


@pytest.mark.parametrize("kind", KINDS)
def test_junk_in_any_field_is_a_problem_at_most(kind):
    found = loaded("full")
    thing = next(one for one in things(found.projects[0]) if kind == one.KIND)
    for field in fields_of(type(thing)):
        before = getattr(thing, field)
        for junk in JUNK:
            setattr(thing, field, junk)
            check_projects(found, show, [])
        setattr(thing, field, before)
    assert check_projects(found, show, []) != []
