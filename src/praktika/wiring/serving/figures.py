"""Health and figures of a server."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from shutil import disk_usage

from praktika.errors import Absent
from praktika.version import VERSION
from praktika.web.shapes import Health
from praktika.web.surface import Books, LoopMeasure, Measures
from praktika.wiring.serving.loops import Loops
from praktika.wiring.stores import Stores

_COUNTED = 200
"""Of the latest runs, how many are counted."""

_ROOM = 50 * 2**20
"""Bytes of the disk with the state below which the server is not well."""


def look(stores: Stores, loops: Loops) -> Health:
    """How everything is, found out now."""
    parts = {"journal": _tried(lambda: stores.journal.runs(limit=1))}
    parts["disk"] = _room(disk_usage(stores.state).free)
    parts |= loops.health()
    is_well = all(text == "ok" for text in parts.values())
    return Health(status="ok" if is_well else "failing", version=VERSION, parts=parts)


def _room(free: int) -> str:
    return (
        "ok" if free >= _ROOM else f"{free / 2**20:.0f} MiB are free: nothing can be written soon"
    )


def measure(stores: Stores, books: Books, loops: Loops, queues: Sequence[str]) -> Measures:
    """The figures of this moment."""
    runs = books.latest(_COUNTED)
    health, now = loops.health(), time.monotonic()
    return Measures(
        free=disk_usage(stores.state).free,
        queues=_depths(stores, queues),
        runs=Counter((run.stage, run.status) for run in runs),
        loops={
            name: LoopMeasure(
                turns=pulse.turns,
                handled=pulse.handled,
                troubles=pulse.troubles,
                silent=now - pulse.at,
                is_well=health[name] == "ok",
            )
            for name, pulse in loops.pulses().items()
        },
    )


def _depths(stores: Stores, queues: Sequence[str]) -> dict[str, int]:
    found = {}
    for name in queues:
        try:
            found[name] = stores.queue.depth(name)
        except Absent:
            continue  # nobody has sent anything there yet
    return found


def _tried(action: Callable[[], object]) -> str:
    try:
        action()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told
        return str(error) or type(error).__name__
    return "ok"
