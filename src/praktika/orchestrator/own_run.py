"""One run that has an inbox of its own, served by one process to its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from praktika.engine.run import Stage
from praktika.model.events import AnyEvent, CancelRequested, RunRequested
from praktika.model.result import Result, Status
from praktika.orchestrator.case import Case
from praktika.orchestrator.orchestrator import Orchestrator
from praktika.orchestrator.summary import summarize
from praktika.orchestrator.surroundings import Observer, Surroundings

_WAIT = 0.1


class OwnRun:
    """Serves one run that has an inbox of its own, to its end.

    Args:
        run: its id.
        around: see `Surroundings`.
        observers: are shown the run.
        wait: seconds to wait for events before looking around.
    """

    def __init__(
        self,
        run: str,
        around: Surroundings,
        observers: Sequence[Observer] = (),
        *,
        wait: float = _WAIT,
    ) -> None:
        self.id = run
        self.around = around
        self._trouble: list[Exception] = []
        self._orchestrator = Orchestrator(
            around, observers, lambda _run, error: self._trouble.append(error)
        )
        self._dead: set[str] = set()
        self._look_at = 0.0
        self._wait = wait

    @property
    def case(self) -> Case:
        """The run."""
        return self._orchestrator.case(self.id)

    def request(self, request: RunRequested) -> None:
        """Begin the run; nothing if it has begun already."""
        self.case.take([request])

    def take_over(self) -> None:
        """Go on with a run that another process has begun, which is gone with its runners."""
        self.case.load()
        now = self.around.clock.now()
        lost = self.case.lost_all(now, "the process that served the run is gone")
        self.case.take(lost, again=True)

    def serve(self, asked: Callable[[], CancelRequested | None]) -> Result:
        """Go on until the run is concluded; its Result.

        Args:
            asked: asked for a request to stop the run, by default ten times a second.
        """
        while not self._is_over():
            self._orchestrator.turn(wait=self._wait)
            if self._trouble:
                raise self._trouble[0]
            self._ring()
            request = asked()
            lost = self._lost()
            if request is not None or lost:
                self.case.take([*([request] if request is not None else []), *lost])
        assert self.case.result is not None
        return self.case.result

    def give_up(self, reason: str) -> Result:
        """The Result of a run that cannot go on here; nothing is stored."""
        run = self.case.run
        if run.requested is None:
            return Result(name="", status=Status.ERROR, info=reason, ext={"run_id": self.id})
        result = summarize(run, Status.ERROR, self.id, self.around)
        return msgspec.structs.replace(result, info=reason)

    def _is_over(self) -> bool:
        case = self.case
        if case.run.stage is Stage.CONCLUDED and case.result is None:
            case.take_over()  # somebody else has concluded it
        return case.run.stage is Stage.CONCLUDED

    def _ring(self) -> None:
        """Look at the alarms now and then: they are seldom, and not to the millisecond."""
        now = self.around.clock.monotonic()
        if now >= self._look_at and self.case.run.alarm:
            self._look_at = now + self._wait * 2
            self._orchestrator.alarms.ring()

    def _lost(self) -> list[AnyEvent]:
        """What was lost with runners that ended by themselves."""
        # A runner's last JobStarted may arrive after its death is known.
        self._dead.update(self.around.lost())
        return self.case.lost_with(self._dead, self.around.clock.now()) if self._dead else []
