"""The whole system with everything around it, from the first request until nothing is left to do.

At first all kinds of things go wrong, as the seed's weather says; then it calms down, everybody
lives, and what is to be done has to come to its end.
"""

from __future__ import annotations

import random
from dataclasses import replace

from tests.simulation.system.actors import People, Serving, Working
from tests.simulation.system.approval import Reviewers, of_strangers
from tests.simulation.system.board import Board
from tests.simulation.system.history import History, Known
from tests.simulation.system.job import Work
from tests.simulation.system.plans import (
    EARLIER,
    LABELS,
    Asked,
    content,
    make_runs,
    place,
    with_reuse,
)
from tests.simulation.system.scheduler import Endless, Process, Scheduler
from tests.simulation.system.stores import Stores
from tests.simulation.system.threads import virtual
from tests.simulation.system.weather import Weather

from praktika.errors import Absent
from praktika.model.cache import Record
from praktika.model.plan import Job
from praktika.model.result import Result, Status
from praktika.model.wire import decode, pretty
from praktika.orchestrator import names

MOST_STEPS = 12_000
MOST_SECONDS = 12 * 3600.0
"""What a simulation takes at most; one that takes more has no end."""

_LOOK = 20.0


def simulate(seed: int, *, reuse: bool = False) -> History:
    """The history of one seed.

    Args:
        seed: decides on everything.
        reuse: whether outcomes travel between runs.
    """
    with virtual():
        world = World(seed, reuse=reuse)
        try:
            world.scheduler.run(most_steps=MOST_STEPS, latest=MOST_SECONDS)
            world.history.ended = world.scheduler.now
        except Endless as error:
            world.history.end = str(error)
        world.look_back()
        world.scheduler.clear()
        return world.history


class World:
    """Everything and everybody of one simulation."""

    def __init__(self, seed: int, *, reuse: bool = False) -> None:
        self.scheduler = Scheduler(seed)
        chance = self.scheduler.random
        self.weather = Weather.of(chance)
        self.history = History(seed, calm=self.weather.until)
        self.stores = Stores(self.scheduler, self.weather, self.history)
        self.stores.on_crash = self._on_crash
        second = random.Random(1_000_000_007 + seed) if reuse else None
        self.work = Work(self.scheduler, self.history, chance, second)
        asked = make_runs(chance, self.weather.until)
        if second is not None:
            asked = self._with_reuse(asked, second)
        third = random.Random(2_000_000_011 + seed)
        asked = of_strangers(asked, third)
        self.reviewers = Reviewers(self.stores, third, asked)
        self.board = Board(self.stores, random.Random(3_000_000_019 + seed))
        self.asked = {one.run: one for one in asked}
        self.history.plans = {one.run: one.plan for one in asked if one.plan is not None}
        self.serving: list[Serving] = []
        self.working: list[Working] = []
        self._count = 0
        self._missing = 0
        self._nature = Process("nature", self.scheduler)
        for _ in range(chance.choice((1, 2, 3))):
            self._serve()
        for label in (*LABELS, *chance.choices(LABELS, k=chance.choice((0, 1, 2)))):
            self._work(label)
        self.people = People(self.stores, Process("people", self.scheduler), asked)
        self.reviewers.start(self.people.process, self.people.say)
        self._nature.start(self._watch)
        if chance.random() < 0.3:
            self._nature.start(self._end_runners)

    def _with_reuse(self, asked: tuple[Asked, ...], chance: random.Random) -> tuple[Asked, ...]:
        """The same requests for plans that reuse; what they reuse is there."""
        found = []
        for one in asked:
            plan = with_reuse(one.plan, chance) if one.plan is not None else None
            found.append(replace(one, plan=plan))
            for job in plan.jobs if plan else ():
                if job.decision == "reuse":
                    self._leave_earlier(job)
        return tuple(found)

    def _leave_earlier(self, job: Job) -> None:
        blobs = self.stores.blobs
        result = Result(name=job.name, status=Status.OK)
        blobs.put(names.job(EARLIER, job.key, 1, "result.json"), pretty(result))
        for name in job.provides:
            blobs.put(place(EARLIER, job.key, 1, name), content(EARLIER, job.key, 1, name))

    def _serve(self) -> None:
        self._count += 1
        process = Process(f"orchestrator-{self._count}", self.scheduler)
        self.serving.append(Serving(self.stores, process, self.asked, self.board))

    def _work(self, label: str) -> None:
        self._count += 1
        process = Process(f"runner-{self._count}", self.scheduler)
        self.working.append(Working(self.stores, process, label, self.work))

    def _on_crash(self, process: Process) -> None:
        """Another one takes the place of a process that is gone."""
        self.history.deaths[process.name] = self.scheduler.now
        self._missing += 1
        self._nature.start(lambda: self._replace(process))

    def _replace(self, process: Process) -> None:
        chance = self.scheduler.random
        seconds = chance.choice((1.0, 20.0, 60.0)) * chance.random()
        self.scheduler.sleep(min(seconds, max(0.0, self.weather.until - self.scheduler.now)))
        for worker in [one for one in self.working if one.process is process]:
            self.working.remove(worker)
            self._work(worker.label)
        for server in [one for one in self.serving if one.process is process]:
            self.serving.remove(server)
            self._serve()
        self._missing -= 1

    def _end_runners(self) -> None:
        """Machines are taken away: with a notice, or with those who started the runner."""
        chance = self.scheduler.random
        while not self.stores.is_calm:
            self.scheduler.sleep(80.0 * chance.random())
            worker = chance.choice(self.working)
            if chance.random() < 0.5:
                worker.runner.ending = "the machine is taken away"
            else:
                worker.is_given_up = True

    def _watch(self) -> None:
        """End the simulation when nobody has anything to do any more."""
        quiet = 0
        while quiet < 2:
            self.scheduler.sleep(_LOOK)
            is_quiet = self.stores.is_calm and not self.people.busy and not self._missing
            is_quiet = is_quiet and not self._queued() and not self.reviewers.is_awaited
            quiet = quiet + 1 if is_quiet else 0
        self.scheduler.finish()

    def _queued(self) -> list[tuple[str, bytes]]:
        """The messages that somebody still has to deal with."""
        queues = self.stores.queue._queues
        return [
            (name, entry.body)
            for name, entries in queues.items()
            if not name.startswith("control-") and "-dead" not in name
            for entry in entries.values()
        ]

    def look_back(self) -> None:
        """Note how everything has come out."""
        history, stores = self.history, self.stores
        history.steps = self.scheduler.steps
        dead = [
            (name, entry.body)
            for name, entries in stores.queue._queues.items()
            if "-dead" in name
            for entry in entries.values()
        ]
        history.left = [*self._queued(), *dead]
        for run in self.asked:
            history.journals[run] = stores.journal.read(run)
            try:
                history.results[run] = stores.blobs.get(names.result(run))
            except Absent:
                history.results[run] = b""
        for key in stores.blobs.list("cache/"):
            history.records[key] = decode(stores.blobs.get(key), Record)
        for key in stores.blobs.list("runs/"):
            if "/artifacts/" in key:
                history.artifacts[key] = stores.blobs.get(key)
        for server in self.serving:
            for run, case in server.orchestrator._cases.items():
                history.known.append(Known(server.process.name, run, case.position, case.run))
