"""`praktika logs` of machines and functions of a cloud."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import click

from praktika.cli.console import Console
from praktika.cli.jsonlines import say_json
from praktika.ports.cloud.telemetry import Line, Telemetry
from praktika.wiring.cloud.telemetry import Logs

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_PERIOD = 2.0
_LATE = 30.0
"""Seconds that a line may arrive after one that was written later."""

_FUNCTION_SINCE = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to print.

    Attributes:
        instance: id of a machine, or "".
        function: declared name of a function, or "".
        lists: whether to list what has logged something, instead.
        follows: whether to go on.
        since: such as `1h`, or "".
        as_json: whether to write JSON lines.
    """

    instance: str = ""
    function: str = ""
    lists: bool = False
    follows: bool = False
    since: str = ""
    as_json: bool = False

    @property
    def is_any(self) -> bool:
        """Whether it is about a cloud at all."""
        return bool(self.instance or self.function or self.lists)


def seconds(text: str) -> float:
    """The seconds of `30s`, `5m`, `1h`, `2d`.

    Raises:
        UsageError: it is something else.
    """
    found = re.fullmatch(r"([0-9]{1,6})([smhd])", text)
    if not found:
        raise click.UsageError(f"'{text}' is no time: write 30s, 5m, 1h or 2d.")
    return float(int(found[1]) * _UNITS[found[2]])


def show(console: Console, logs: Logs, wanted: Wanted) -> None:
    """Print what is wanted.

    Raises:
        Absent: there is no such log.
    """
    if wanted.lists:
        _list(console, logs, as_json=wanted.as_json)
        return
    group = logs.instances if wanted.instance else logs.function(wanted.function)
    if wanted.since:
        since = time.time() - seconds(wanted.since)
    else:  # of a machine everything, of a function the last hour
        since = 0.0 if wanted.instance else time.time() - _FUNCTION_SINCE
    lines = (
        follow(logs.telemetry, group, wanted.instance, since, lambda: time.sleep(_PERIOD))
        if wanted.follows
        else logs.telemetry.read(group, source=wanted.instance, since=since)
    )
    is_empty = True
    for line in lines:
        is_empty = False
        _say(console, line, as_json=wanted.as_json)
        if console.lost:
            return
    if is_empty:
        how_long = wanted.since or "1h"
        console.note(f"Nothing was logged in the last {how_long}; --since looks further back.")


def follow(
    telemetry: Telemetry, group: str, source: str, since: float, pause: Callable[[], None]
) -> Iterator[Line]:
    """The lines of a log as they come, each once, for ever.

    Args:
        telemetry: see the port.
        group: name of the group.
        source: of the only stream that counts, or "".
        since: seconds since the epoch; what is older is left out.
        pause: waits between two looks.
    """
    seen: dict[str, float] = {}
    newest = since
    while True:
        start = max(since, newest - _LATE)
        for line in telemetry.read(group, source=source, since=start):
            if line.id not in seen:
                seen[line.id] = line.at
                newest = max(newest, line.at)
                yield line
        seen = {name: at for name, at in seen.items() if at >= newest - _LATE}
        pause()


def _say(console: Console, line: Line, *, as_json: bool) -> None:
    if as_json:
        say_json(console, {"at": line.at, "source": line.source, "text": line.text})
        return
    console.say(f"{_moment(line.at)} {line.text}")


def _list(console: Console, logs: Logs, *, as_json: bool) -> None:
    machines, functions = logs.machines(), logs.functions()
    if as_json:
        listed = [{"instance": one.name, "last": one.last} for one in machines]
        say_json(console, {"instances": listed, "functions": functions})
        return
    for one in machines:
        console.say(f"{_moment(one.last)} --instance {one.name}")
    for name in functions:
        console.say(f"{'':20} --function {name}")


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
