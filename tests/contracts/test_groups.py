"""The contract of `Groups`."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from praktika.adapters.aws.scaling.groups import AwsGroups
from praktika.adapters.memory import MemoryGroups
from praktika.errors import Absent, OperatorError
from praktika.ports.cloud.groups import Groups


class Place(NamedTuple):
    groups: Groups
    make: Callable[..., None]


@pytest.fixture(params=["memory", "aws", "light"])
def place(request: Any) -> Place:
    if request.param == "memory":
        groups = MemoryGroups()
        return Place(groups, groups.make)
    from tests.moto_server import make_group

    aws = request.getfixturevalue("moto")
    looking = request.getfixturevalue("light_moto") if request.param == "light" else aws
    return Place(AwsGroups(looking), lambda name, **sizes: make_group(aws, name, **sizes))


def test_those_that_are_there_are_found_with_their_bounds(place):
    place.make("a", smallest=1, largest=7)
    place.make("b")
    found = place.groups.look(["b", "missing", "a"])
    assert sorted(found) == ["a", "b"]
    a = found["a"]
    assert (a.name, a.desired, a.smallest, a.largest) == ("a", 1, 1, 7)
    assert [(one.phase, one.protected) for one in a.machines] == [("serving", True)]
    assert (a.count("serving"), a.count("launching"), a.count("leaving")) == (1, 0, 0)
    assert found["b"].machines == ()


def test_looking_for_nothing_finds_nothing(place):
    place.make("a")
    assert place.groups.look([]) == {}


def test_a_group_gets_the_machines_that_it_is_to_have(place):
    place.make("a")
    place.groups.resize("a", 3)
    found = place.groups.look(["a"])["a"]
    assert found.desired == 3
    assert len({machine.id for machine in found.machines}) == 3


def test_to_want_fewer_ends_no_machine_that_is_protected(place):
    """Fault 45: a deploy set the size, and machines at work were ended."""
    place.make("a")
    place.groups.resize("a", 3)
    place.groups.resize("a", 1)
    found = place.groups.look(["a"])["a"]
    assert (found.desired, found.count("serving")) == (1, 3)


def test_a_group_whose_launches_are_well_has_no_failures(place):
    place.make("a")
    assert place.groups.failures("a") is None


def test_what_is_not_there_has_no_size_and_no_failures():
    groups = MemoryGroups()  # the other server breaks down over it
    with pytest.raises(Absent):
        groups.resize("a", 1)
    with pytest.raises(Absent):
        groups.failures("a")


def test_a_size_out_of_bounds_is_refused():
    groups = MemoryGroups()  # the other server takes it
    groups.make("a", smallest=1, largest=3)
    for size in (0, 4):
        with pytest.raises(OperatorError, match="not between 1 and 3"):
            groups.resize("a", size)
