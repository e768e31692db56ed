"""Who takes part: orchestrators, runners, and people."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.simulation.system.board import Board
from tests.simulation.system.job import Work
from tests.simulation.system.plans import LABELS, Asked
from tests.simulation.system.queues import NetQueue
from tests.simulation.system.scheduler import Process, current
from tests.simulation.system.stores import NetBlobs, NetJournal, Stores, VirtualClock

from praktika.adapters.memory.secrets import MemorySecrets
from praktika.engine.run import Run
from praktika.errors import AuthorError, PraktikaError, Unavailable
from praktika.model.events import AnyEvent, CancelRequested, RerunRequested, RunRequested
from praktika.model.plan import Plan
from praktika.model.result import Result
from praktika.model.supply import Supply
from praktika.model.wire import WireError, encode
from praktika.orchestrator import names
from praktika.orchestrator.orchestrator import Orchestrator
from praktika.orchestrator.surroundings import Surroundings
from praktika.runner.bench import Bench
from praktika.runner.loop import Mailbox, Runner

LEASE = 30.0
WAIT = 20.0
NOWHERE = Path("/nowhere")


class Serving:
    """A process that serves runs, with the threads of `praktika.wiring.service`."""

    def __init__(
        self, stores: Stores, process: Process, plans: dict[str, Asked], board: Board
    ) -> None:
        self._stores = stores
        self._plans = plans
        self.process = process
        self.clock = _clock(stores)
        self.orchestrator = Orchestrator(
            Surroundings(
                journal=NetJournal(stores),
                queue=NetQueue(stores),
                blobs=NetBlobs(stores),
                clock=self.clock,
                inbox=names.INBOX,
                alarms=names.ALARMS,
                tasks=names.tasks,
                make_plan=self._make_plan,
                render=lambda result: result.status.encode(),
                supply=lambda _label, _trust: Supply(runners=1),
                announce=board.announce,
            ),
            observers=[self],
            on_trouble=self._on_trouble,
            patient=stores.scheduler.random.random() < 0.7,
        )
        turn = lambda: self.orchestrator.turn(wait=WAIT)  # noqa: E731
        for action in (turn, turn, lambda: self.orchestrator.alarms.ring(wait=WAIT)):
            process.start(lambda action=action: self._again_and_again(action))

    def saw(self, run: Run, event: AnyEvent) -> None:
        """See `Observer`."""

    def concluded(self, run: Run, result: Result) -> None:
        name = run.requested.name if run.requested else ""
        shown = (self.process.name, name, run.stage, result.status is run.worst)
        self._stores.history.shown.append(shown)

    def _again_and_again(self, action: Callable[[], int]) -> None:
        while True:
            try:
                action()
            except Exception as error:  # noqa: BLE001 - the edge of the loop, as in the service
                self._on_trouble("", error)
                self._stores.scheduler.sleep(2.0)

    def _on_trouble(self, run: str, error: Exception) -> None:
        self._stores.note(current(), f"has trouble with {run}: {type(error).__name__}: {error}")
        self._stores.history.troubled[run, self.process.name] = self._stores.scheduler.now
        if not isinstance(error, PraktikaError | WireError):
            stumble(self._stores, error)

    def _make_plan(self, request: RunRequested) -> Plan:
        chance = self._stores.scheduler.random
        self._stores.scheduler.sleep(chance.choice((0.5, 3.0, 45.0)) * chance.random())
        self._stores.call("compiler", f"compile {request.name}", lambda: None)
        plan = self._plans[request.name].plan
        if plan is None:
            raise AuthorError(text="it does not compile")
        return plan


class Working:
    """A process that runs jobs."""

    def __init__(self, stores: Stores, process: Process, label: str, work: Work) -> None:
        self._stores = stores
        self.process = process
        self.label = label
        self.is_given_up = False
        queue = NetQueue(stores)
        bench = Bench(
            blobs=NetBlobs(stores),
            clock=_clock(stores),
            secrets=MemorySecrets({}),
            work=NOWHERE,
            sources=NOWHERE,
            library=NOWHERE,
            name=process.name,
            owner=process.name,
            inherited={},
        )
        mailbox = Mailbox(
            queue=queue,
            tasks=names.tasks(label),
            control=names.control(process.name),
            lease=LEASE,
            wait=WAIT,
        )
        self.runner = Runner(bench, mailbox, self._on_bug, execute=work.execute)
        process.start(self._serve)

    def _serve(self) -> None:
        """As `Runner.serve`, but for the signals."""
        runner = self.runner
        try:
            runner.control.start()
            while not self.is_given_up and not runner.ending:
                since, messages = runner.receive()
                for message in messages:
                    if not self.is_given_up:
                        runner.take(message, since, lambda: not self.is_given_up)
            runner.control.close()
        except PraktikaError as error:
            self._stores.note(current(), f"ends: {error}")
        except Exception as error:  # noqa: BLE001 - what the rules look for
            stumble(self._stores, error)
        self._stores.on_crash(self.process)
        self.process.crash()

    def _on_bug(self, error: Exception) -> None:
        if not isinstance(error, WireError):
            stumble(self._stores, error)


def stumble(stores: Stores, error: Exception) -> None:
    """Something was raised that should never be."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_qualname}:{place.tb_lineno}" if place else ""
    said = f"{type(error).__name__}: {error} in {where}"
    stores.note(current(), f"stumbles: {said}")
    stores.history.stumbles.append(said)


class People:
    """They ask for runs, cancel them, and run them again; sometimes twice, sometimes nonsense."""

    def __init__(self, stores: Stores, process: Process, asked: tuple[Asked, ...]) -> None:
        self._stores = stores
        self._queue = NetQueue(stores)
        self._chance = stores.scheduler.random
        self._clock = _clock(stores)
        self.process = process
        self.busy = len(asked)
        self._requests = 0
        for one in asked:
            process.start(lambda one=one: self._want(one))
        if self._chance.random() < 0.06:
            self.busy += 1
            process.start(self._poison)

    def _want(self, asked: Asked) -> None:
        chance, sleep = self._chance, self._stores.scheduler.sleep
        sleep(asked.at)
        request = RunRequested(**{**_fields(asked.request), "at": self._clock.now()})
        self.say(asked.run, request, f"{asked.run}/requested")
        if chance.random() < 0.2:
            sleep(chance.choice((0.1, 10.0, 100.0)) * chance.random())
            self.say(asked.run, request, "" if chance.random() < 0.5 else f"{asked.run}/requested")
        for _ in range(chance.choice((0, 0, 1, 1, 2, 3))):
            sleep(chance.choice((0.5, 20.0, 120.0, 400.0)) * chance.random())
            self._interfere(asked)
        self.busy -= 1

    def _interfere(self, asked: Asked) -> None:
        chance = self._chance
        self._requests += 1
        keys = [job.key for job in asked.plan.jobs] if asked.plan else ["j0"]
        name = f"q{self._requests}"
        event: AnyEvent
        at = self._clock.now()
        if chance.random() < 0.5:
            job = chance.choice(keys) if chance.random() < 0.4 else ""
            event = CancelRequested(at=at, by="ann", id=name, job=job, force=chance.random() < 0.3)
        else:
            scope = chance.choice(("failed", "all", "jobs"))
            jobs = tuple(chance.sample(keys, 1)) if scope == "jobs" else ()
            event = RerunRequested(at=at, by="bob", id=name, scope=scope, jobs=jobs)
        self.say(asked.run, event, name)
        if chance.random() < 0.3:
            self._stores.scheduler.sleep(chance.choice((0.0, 5.0, 400.0)) * chance.random())
            self.say(asked.run, event, "")

    def say(self, run: str, event: AnyEvent, identity: str) -> None:
        while True:
            with suppress(Unavailable):
                self._queue.send(
                    names.INBOX,
                    [encode(event)],
                    group=run,
                    identity=[identity] if identity else (),
                )
                return

    def _poison(self) -> None:
        self._stores.scheduler.sleep(100.0 * self._chance.random())
        queue = self._chance.choice((names.INBOX, names.ALARMS, names.tasks(LABELS[0])))
        body = b'{"type": "Poison"}'
        self._stores.history.poisons.add(body)
        with suppress(Unavailable):
            self._queue.send(queue, [body], group="r0" if queue == names.INBOX else "")
        self.busy -= 1


def _fields(request: RunRequested) -> dict[str, object]:
    return {name: getattr(request, name) for name in request.__struct_fields__}


def _clock(stores: Stores) -> VirtualClock:
    skew = stores.weather.skew
    return VirtualClock(stores.scheduler, round(stores.scheduler.random.uniform(-skew, skew), 3))
