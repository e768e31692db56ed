"""The contract of `Telemetry`."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from praktika.adapters.aws.cloud.telemetry import AwsTelemetry
from praktika.adapters.memory.cloud.telemetry import MemoryTelemetry
from praktika.errors import Absent
from praktika.ports.cloud.telemetry import Telemetry

GROUP = "/praktika/team/instances"
NOW = float(int(time.time()) - 3600)


class Place(NamedTuple):
    telemetry: Telemetry
    write: Callable[[str, str, float, str], None]


@pytest.fixture(params=["memory", "aws"])
def place(request: Any) -> Place:
    if request.param == "memory":
        memory = MemoryTelemetry()
        return Place(memory, memory.write)
    aws = request.getfixturevalue("aws")
    made: set[str] = set()

    def write(group: str, source: str, at: float, text: str) -> None:
        where = {"logGroupName": group, "logStreamName": source}
        if group not in made:
            aws.logs.create_log_group(logGroupName=group)
        if f"{group} {source}" not in made:
            aws.logs.create_log_stream(**where)
        made.update((group, f"{group} {source}"))
        event = {"timestamp": int(at * 1000), "message": text}
        aws.logs.put_log_events(**where, logEvents=[event])

    return Place(AwsTelemetry(aws), write)


def texts(place: Place, **asked: Any) -> list[str]:
    return [line.text for line in place.telemetry.read(GROUP, **asked)]


def test_lines_come_in_the_order_of_their_times_each_with_an_id(place):
    place.write(GROUP, "i-1", NOW + 1, "one")
    place.write(GROUP, "i-2", NOW + 2, "two")
    place.write(GROUP, "i-1", NOW + 3, "three")
    lines = list(place.telemetry.read(GROUP))
    assert [line.text for line in lines] == ["one", "two", "three"]
    assert [line.source for line in lines] == ["i-1", "i-2", "i-1"]
    assert [line.at for line in lines] == [NOW + 1, NOW + 2, NOW + 3]
    assert len({line.id for line in lines}) == 3
    assert list(place.telemetry.read(GROUP)) == lines


def test_one_stream_and_what_is_new_can_be_asked_for(place):
    for number in range(4):
        place.write(GROUP, f"i-{number % 2}", NOW + number, str(number))
    assert texts(place, source="i-1") == ["1", "3"]
    assert texts(place, since=NOW + 2) == ["2", "3"]
    assert texts(place, source="i-0", since=NOW + 1) == ["2"]
    assert texts(place, since=NOW + 9) == []


def test_streams_are_listed_newest_first(place):
    for number, source in enumerate(["a", "b", "c", "a"]):
        place.write(GROUP, source, NOW + number, "x")
    found = place.telemetry.sources(GROUP, 2)
    assert [(one.name, one.last) for one in found] == [("a", NOW + 3), ("c", NOW + 2)]


def test_groups_are_found_by_how_they_begin(place):
    for name in ("/praktika/team/functions/b", "/praktika/team/functions/a", "/praktika/other/x"):
        place.write(name, "s", NOW, "x")
    found = place.telemetry.groups("/praktika/team/")
    assert found == ["/praktika/team/functions/a", "/praktika/team/functions/b"]
    assert place.telemetry.groups("/nothing") == []


def test_what_is_not_there_is_absent(place):
    with pytest.raises(Absent):
        place.telemetry.sources("/nothing", 1)
    with pytest.raises(Absent):
        list(place.telemetry.read("/nothing"))
    place.write(GROUP, "i-1", NOW, "x")
    with pytest.raises(Absent):
        texts(place, source="i-9")
