"""What a deploy would do, what it costs, and what is there: as lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from praktika.cli.console import Console, Ink
from praktika.cli.view.words import count

if TYPE_CHECKING:
    from praktika.wiring.cloud.infrastructure import Estimate, Inventory, Planned, Status

_SIGNS = {
    "add": ("+", "green"),
    "make": ("+", "green"),
    "upload": ("^", "cyan"),
    "modify": ("~", "yellow"),
    "remove": ("-", "red"),
    "start": ("*", "cyan"),
    "ask for": ("?", "magenta"),
}


def show_planned(console: Console, planned: Sequence[Planned]) -> None:
    """What would be done, with a sign before each line."""
    if not planned:
        console.say("Nothing would change: what is declared is what is deployed.")
        return
    for one in planned:
        sign, style = _SIGNS.get(one.deed, ("*", "bold"))
        note = [Ink(f"  {one.note}", "bold red")] if one.note else []
        console.say(Ink(f"  {sign} ", style), f"{one.component or '-':<32}  {one.what}", *note)
    counts = Counter(one.deed for one in planned)
    console.say("In all: ", ", ".join(f"{number} to {deed}" for deed, number in counts.items()))


def show_estimate(console: Console, estimate: Estimate) -> None:
    """A table of costs by component."""
    console.say("")
    console.say(Ink(f"{'$ a month, idle':>16}  {'$ an hour of work':>18}  component", "bold"))
    for line in estimate.lines:
        hour = "" if line.hour is None else f"{line.hour:.4f}"
        idle = "unknown" if line.idle is None else f"{line.idle:.2f}"
        console.say(f"{idle:>16}  {hour:>18}  {line.component:<32}  {line.what}")
    unknown = f", and {count(len(estimate.unknown), 'price')} unknown" if estimate.unknown else ""
    console.say(Ink(f"{estimate.idle:>16.2f}", "bold"), f"  in all while idle{unknown}")
    console.say(Ink(f"An estimate: {estimate.basis}.", "dim"))


def show_inventory(console: Console, there: Inventory, kept: Sequence[str]) -> None:
    """What is going to be destroyed."""
    for stack in there.stacks:
        console.say(Ink(f"stack {stack}", "bold"))
    counts = Counter(one.kind for one in there.resources)
    for kind, number in sorted(counts.items()):
        console.say(f"  {number:>4}  {kind}")
    for belonging in there.belongings:
        if belonging.kind != "other":
            console.say(f"  {belonging.kind} {belonging.name}")
    for text in kept:
        console.say(Ink("  stays: ", "green"), text)
    if there.machines or there.leased:
        machines = count(len(there.machines), "machine")
        tasks = count(there.leased, "message")
        console.note(
            Ink("warning: ", "bold yellow"),
            f"{machines} of it run, and {tasks} are being worked on: that work is lost, and done "
            "again if its queues are there again in time",
        )


def show_status(console: Console, status: Status) -> None:
    """How things are."""
    for name, state in status.stacks.items():
        console.say(f"stack {name:<32}  {state or 'not there'}")
    if not status.deployed:
        console.say("Nothing was deployed to its end yet.")
        return
    same = status.deployed == status.here
    version = status.deployed if same else f"{status.deployed}; this is {status.here}"
    console.say(f"deployed by praktika {version}")
    if not status.is_finished:
        console.say(Ink("The last deploy did not come to its end: deploy again.", "yellow"))
    for deed, names in (("add", status.new), ("modify", status.changed), ("remove", status.gone)):
        sign, style = _SIGNS[deed]
        for name in names:
            console.say(Ink(f"  {sign} ", style), name)
    console.say(f"machines that run: {status.machines}")
    for name, image in status.images.items():
        console.say(f"image of {name}: {image}")
    if status.api:
        console.say(f"API: {status.api}")
    if status.is_current:
        console.say(Ink("What is declared is what is deployed.", "green"))
