"""`praktika logs` of machines and functions."""

from __future__ import annotations

import io
import itertools
import json
import time

import click
import pytest

from praktika.adapters.memory.cloud.telemetry import MemoryTelemetry
from praktika.cli.console import Console
from praktika.cli.machinelogs import Wanted, follow, seconds, show
from praktika.errors import Absent
from praktika.infrastructure.template.names import Names
from praktika.wiring.cloud.telemetry import Logs, open_logs

NAMES = Names("team")


@pytest.fixture
def telemetry():
    return MemoryTelemetry()


@pytest.fixture
def printed(telemetry):
    def show_wanted(err: io.StringIO | None = None, **wanted: object) -> list[str]:
        out = io.TextIOWrapper(io.BytesIO(), write_through=True)
        show(Console(out, err, {}), Logs(telemetry, NAMES), Wanted(**wanted))
        return out.buffer.getvalue().decode().splitlines()

    return show_wanted


def test_a_machine_that_is_gone_can_still_be_read_to_its_beginning(telemetry, printed):
    telemetry.write(NAMES.instance_logs, "i-1", 1000.0, "booted\x1b[2J")
    telemetry.write(NAMES.instance_logs, "i-2", 1001.0, "another")
    telemetry.write(NAMES.instance_logs, "i-1", 90_000.0, "left")
    first, second = printed(instance="i-1")
    assert first.startswith("1970-01-01T00:16:40Z booted")
    assert "\x1b" not in first
    assert second == "1970-01-02T01:00:00Z left"
    with pytest.raises(Absent):
        printed(instance="i-3")


def test_a_function_tells_the_last_hour_or_what_was_asked_for(telemetry, printed):
    group, now = NAMES.function_logs("tick"), time.time()
    telemetry.write(group, "a", now - 7000, "old")
    telemetry.write(group, "b", now - 60, "new")
    assert [line[21:] for line in printed(function="tick")] == ["new"]
    assert [line[21:] for line in printed(function="tick", since="2h")] == ["old", "new"]
    (line,) = printed(function="tick", as_json=True)
    assert json.loads(line) == {"at": pytest.approx(now - 60), "source": "b", "text": "new"}


def test_where_nothing_was_logged_it_says_how_far_it_has_looked(telemetry, printed):
    telemetry.write(NAMES.function_logs("tick"), "a", time.time() - 7000, "old")
    said = io.StringIO()
    assert printed(said, function="tick") == []
    assert "Nothing was logged in the last 1h; --since" in said.getvalue()
    assert printed(said, function="tick", since="30m") == []
    assert "in the last 30m" in said.getvalue()


def test_what_there_is_is_listed(telemetry, printed):
    telemetry.write(NAMES.instance_logs, "i-1", 1000.0, "x")
    telemetry.write(NAMES.instance_logs, "i-2", 2000.0, "x")
    telemetry.write(NAMES.function_logs("tick"), "a", 1.0, "x")
    telemetry.write(Names("other").function_logs("foreign"), "a", 1.0, "x")
    assert [line.split()[-1] for line in printed(lists=True)] == ["i-2", "i-1", "tick"]
    (line,) = printed(lists=True, as_json=True)
    assert json.loads(line)["functions"] == ["tick"]


def test_lines_that_come_late_are_told_once_each(telemetry):
    group, source = "g", "s"
    telemetry.write(group, source, 100.0, "one")
    steps = iter([("three", 103.0), ("two", 101.0), ("late", 104.0)])
    lines = follow(telemetry, group, source, 0.0, lambda: _next(telemetry, group, source, steps))
    told = [line.text for line in itertools.islice(lines, 4)]
    assert told == ["one", "three", "two", "late"]


def _next(telemetry, group, source, steps) -> None:
    text, at = next(steps)
    telemetry.write(group, source, at, text)


@pytest.mark.parametrize(
    ("text", "value"), [("30s", 30), ("5m", 300), ("1h", 3600), ("2d", 172_800)]
)
def test_times_are_numbers_with_a_unit(text, value):
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["", "1", "h", "-1h", "1w", "1.5h", "1h "])
def test_other_times_are_refused(text):
    with pytest.raises(click.UsageError):
        seconds(text)


def test_without_a_cloud_there_are_no_such_logs(tmp_path, monkeypatch):
    monkeypatch.delenv("PRAKTIKA_PROJECT_SLUG", raising=False)
    with pytest.raises(Exception, match="only an installation on AWS"):
        open_logs(tmp_path)
