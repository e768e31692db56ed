"""Plans, runs and consoles for the tests of the command line."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence

from praktika.cli.console import Console
from praktika.engine.run import Run
from praktika.engine.step import step
from praktika.model.events import AnyEvent, JobFinished, JobStarted, Planned, RunRequested
from praktika.model.plan import Job, Need, Plan, job_key
from praktika.model.result import Status


def job(name: str, *, needs: Sequence[str] = (), kind: str = "job", **fields) -> Job:
    return Job(
        key=job_key(name),
        name=name,
        command="true",
        needs=tuple(Need(job=job_key(need), kind=kind) for need in needs),
        **fields,
    )


def plan(*jobs: Job | str, workflow: str = "W", event: str = "pull_request", **fields) -> Plan:
    every = tuple(job(it) if isinstance(it, str) else it for it in jobs)
    return Plan(workflow=workflow, event=event, jobs=every, **fields)


class Story:
    """A run that is told event by event to those who watch it."""

    def __init__(self, plan: Plan, *observers) -> None:
        self.run = Run()
        self.observers = observers
        self.now = 1000.0
        self.tell(RunRequested(at=self.now, workflow=plan.workflow))
        self.tell(Planned(at=self.now, plan=plan))

    def tell(self, event: AnyEvent) -> Run:
        self.run = step(self.run, event).run
        for observer in self.observers:
            observer.saw(self.run, event)
        return self.run

    def start(self, name: str) -> None:
        attempt = self.run.jobs[job_key(name)].attempt
        self.tell(JobStarted(at=self.now, job=job_key(name), attempt=attempt, runner="runner-1"))

    def finish(self, name: str, status: Status = Status.OK, reason: str = "", **fields) -> None:
        attempt = self.run.jobs[job_key(name)].attempt
        finished = JobFinished(
            at=self.now, job=job_key(name), attempt=attempt, status=status, reason=reason, **fields
        )
        self.tell(finished)


class Terminal(io.TextIOWrapper):
    """A stream in memory, which may claim to be a terminal."""

    def __init__(self, *, is_terminal: bool = False, encoding: str = "utf-8") -> None:
        self.bytes = io.BytesIO()
        self.is_terminal = is_terminal
        super().__init__(self.bytes, encoding=encoding, write_through=True)

    def isatty(self) -> bool:
        return self.is_terminal

    def fileno(self) -> int:
        raise OSError("no file")

    @property
    def text(self) -> str:
        self.flush()
        return self.bytes.getvalue().decode("utf-8", "replace")

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


def console(
    out: Terminal | None = None, err: Terminal | None = None, **env: str
) -> tuple[Console, Terminal, Terminal]:
    out, err = out or Terminal(), err or Terminal()
    return Console(out, err, {"TERM": "xterm"} | env), out, err


def no_environment(monkeypatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "CI", "PRAKTIKA_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    assert "NO_COLOR" not in os.environ
