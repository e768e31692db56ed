"""The whole system with everything around it, from the first request until nothing is left to do.

At first all kinds of things go wrong, as the seed's weather says; then it calms down, everybody
lives, and what is to be done has to come to its end.
"""

from __future__ import annotations

from tests.simulation.system.actors import People, Serving, Working
from tests.simulation.system.history import History, Known
from tests.simulation.system.job import Work
from tests.simulation.system.plans import LABELS, make_runs
from tests.simulation.system.scheduler import Endless, Process, Scheduler
from tests.simulation.system.stores import Stores
from tests.simulation.system.threads import virtual
from tests.simulation.system.weather import Weather

from praktika.errors import Absent
from praktika.orchestrator import names

MOST_STEPS = 12_000
MOST_SECONDS = 12 * 3600.0
"""What a simulation takes at most; one that takes more has no end."""

_LOOK = 20.0


def simulate(seed: int) -> History:
    """The history of one seed."""
    with virtual():
        world = World(seed)
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

    def __init__(self, seed: int) -> None:
        self.scheduler = Scheduler(seed)
        chance = self.scheduler.random
        self.weather = Weather.of(chance)
        self.history = History(seed, calm=self.weather.until)
        self.stores = Stores(self.scheduler, self.weather, self.history)
        self.stores.on_crash = self._on_crash
        self.work = Work(self.scheduler, self.history, chance)
        asked = make_runs(chance, self.weather.until)
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
        self._nature.start(self._watch)
        if chance.random() < 0.3:
            self._nature.start(self._end_runners)

    def _serve(self) -> None:
        self._count += 1
        process = Process(f"orchestrator-{self._count}", self.scheduler)
        self.serving.append(Serving(self.stores, process, self.asked))

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
            quiet = quiet + 1 if is_quiet and not self._queued() else 0
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
        for server in self.serving:
            for run, case in server.orchestrator._cases.items():
                history.known.append(Known(server.process.name, run, case.position, case.run))
