"""Who waits for whom, and the problems of that: unknown names, no provider, cycles.

Jobs are numbered in the order of their declaration. Everything here takes time in proportion to
the number of jobs and of the needs between them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import Literal, NamedTuple

from praktika.pipeline import codes
from praktika.pipeline.check.sound import called, shown
from praktika.pipeline.declare.artifact import ArtifactConfig
from praktika.pipeline.declare.declared import Declared, place_of
from praktika.pipeline.declare.job import JobConfig
from praktika.pipeline.finding import Finding, warning
from praktika.pipeline.suggest import did_you_mean

NEEDS_LIMIT = 1_000_000
_CYCLES_SHOWN = 5
_NAMES_SHOWN = 12
_SUGGESTIONS = 20  # looking for a resembling name takes milliseconds each

Kind = Literal["artifact", "job", "order"]


class Wait(NamedTuple):
    """One job waits for another, and why; see `model.plan.Need`."""

    kind: Kind
    artifacts: tuple[str, ...] = ()


ORDER = Wait("order")
REPORT = Wait("job")
_RANK = {"order": 0, "job": 1, "artifact": 2}


class Graph:
    """The waits of one workflow's jobs.

    Attributes:
        jobs: in the order of their declaration; of jobs with one name, all.
        provider: number of the job that provides an artifact.
        waits: for each job, the numbers of those it waits for.
    """

    def __init__(self, jobs: Sequence[JobConfig], artifacts: Sequence[ArtifactConfig]) -> None:
        self.jobs = jobs
        self.artifacts = {artifact.name: artifact for artifact in artifacts}
        self.number: dict[str, int] = {}
        for index, job in enumerate(jobs):
            self.number.setdefault(job.name, index)
        self.provider: dict[str, int] = {}
        self.waits: list[dict[int, Wait]] = [{} for _ in jobs]
        self._suggestions = _SUGGESTIONS

    def connect(self, ignored: Collection[str]) -> Iterator[Finding]:
        """Fill `provider` and `waits`; what does not fit is yielded.

        Args:
            ignored: casefolded names of jobs that praktika adds: nothing waits for them.
        """
        for index, job in enumerate(self.jobs):
            yield from self._provide(index, job)
        total = 0
        for index, job in enumerate(self.jobs):
            yield from self._require(index, job, ignored)
            yield from self._follow(index, job, ignored)
            total += len(self.waits[index])
            if total > NEEDS_LIMIT:
                text = f"The jobs up to {called(job)} wait for over {NEEDS_LIMIT:,} others in all."
                yield Finding(
                    place_of(job), codes.TOO_MANY_NEEDS, text, "Wait for fewer jobs each."
                )
                return
        yield from self._unprovided()

    def _provide(self, index: int, job: JobConfig) -> Iterator[Finding]:
        place = place_of(job, "provides")
        for name in job.provides:
            if name not in self.artifacts:
                text = f"{called(job)} provides '{shown(name)}', which is not among the artifacts."
                hint = (
                    self._resembling(name, self.artifacts) or "Add it to the workflow's artifacts."
                )
                yield Finding(place, codes.UNKNOWN_ARTIFACT, text, hint)
            other = self.provider.setdefault(name, index)
            if other != index:
                text = (
                    f"Artifact '{shown(name)}' is provided by both {called(self.jobs[other])} "
                    f"and {called(job)}."
                )
                yield Finding(
                    place, codes.PROVIDED_TWICE, text, "Give each job an artifact of its own."
                )

    def _require(self, index: int, job: JobConfig, ignored: Collection[str]) -> Iterator[Finding]:
        place = place_of(job, "requires")
        for name in job.requires:
            if name in self.artifacts or name in self.provider:
                provider = self.provider.get(name)
                if provider is not None:
                    self.wait(index, provider, Wait("artifact", (name,)))
                    continue
                text = f"{called(job)} requires artifact '{shown(name)}', which no job provides."
                hint = "Add it to the 'provides' of the job that makes it."
                yield Finding(place, codes.UNPROVIDED_ARTIFACT, text, hint)
            elif name in self.number:
                self.wait(index, self.number[name], REPORT)
            elif name.casefold() not in ignored:
                text = (
                    f"{called(job)} requires '{shown(name)}', which is no artifact and no job here."
                )
                hint = self._resembling(name, {**self.artifacts, **self.number})
                yield Finding(place, codes.UNKNOWN_REQUIREMENT, text, hint)

    def _follow(self, index: int, job: JobConfig, ignored: Collection[str]) -> Iterator[Finding]:
        place = place_of(job, "run_after")
        for name in job.run_after:
            if name in self.number:
                self.wait(index, self.number[name], ORDER)
            elif name in self.provider:
                self.wait(index, self.provider[name], ORDER)
                text = f"{called(job)} runs after '{shown(name)}', which is an artifact."
                hint = "Name its job, or use 'requires' to get its files too."
                yield warning(place, codes.WRONG_VALUE, text, hint)
            elif name.casefold() not in ignored:
                text = f"{called(job)} runs after '{shown(name)}', which is no job here."
                hint = self._resembling(name, self.number)
                yield Finding(place, codes.UNKNOWN_REQUIREMENT, text, hint)

    def wait(self, index: int, other: int, wait: Wait) -> None:
        """Let a job wait for another; artifacts outweigh a report, and a report mere order."""
        waits = self.waits[index]
        before = waits.get(other)
        if before is None or _RANK[wait.kind] > _RANK[before.kind]:
            waits[other] = wait
        elif before.kind == wait.kind == "artifact":
            names = dict.fromkeys((*before.artifacts, *wait.artifacts))
            waits[other] = Wait("artifact", tuple(names))

    def _unprovided(self) -> Iterator[Finding]:
        """Artifacts that are declared and not provided: harmless while nobody requires them."""
        for name, artifact in self.artifacts.items():
            if name and name not in self.provider:
                text = f"No job provides {called(artifact)}."
                yield warning(place_of(artifact), codes.UNPROVIDED_ARTIFACT, text)

    def _resembling(self, name: str, known: Mapping[str, object]) -> str:
        self._suggestions -= 1
        return did_you_mean(name, known) if self._suggestions >= 0 else ""


def sort(waits: Sequence[Mapping[int, object]]) -> list[int]:
    """The numbers so that each comes behind all it waits for, else in order of declaration.

    Numbers on a cycle, and those that wait for one, are left out.
    """
    missing = [len(each) for each in waits]
    dependents: list[list[int]] = [[] for _ in waits]
    for index, each in enumerate(waits):
        for other in each:
            dependents[other].append(index)
    ready = [index for index, count in enumerate(missing) if not count]
    heapify(ready)
    order = []
    while ready:
        index = heappop(ready)
        order.append(index)
        for dependent in dependents[index]:
            missing[dependent] -= 1
            if not missing[dependent]:
                heappush(ready, dependent)
    return order


def cycles(waits: Sequence[Mapping[int, object]]) -> Iterator[list[int]]:
    """Some cycles, each as the numbers along it, from its smallest on."""
    left = set(range(len(waits))).difference(sort(waits))
    shown = 0
    for start in sorted(left):
        path: dict[int, None] = {}
        here: int | None = start
        while here in left and here not in path:
            path[here] = None
            here = next((other for other in waits[here] if other in left), None)
        if here in path and here in left:
            walked = list(path)
            loop = walked[walked.index(here) :]
            first = loop.index(min(loop))
            yield [*loop[first:], *loop[:first]]
            shown += 1
            if shown == _CYCLES_SHOWN:
                return
        left.difference_update(path)


def check_cycles(
    things: Sequence[Declared], waits: Sequence[Mapping[int, object]], field: str
) -> Iterator[Finding]:
    """A finding for each of some cycles among jobs or images.

    Args:
        things: what the numbers stand for.
        waits: for each, the numbers of those it waits for.
        field: where the wait is written; `run_after` is looked at as well.
    """
    for loop in cycles(waits):
        thing, following = things[loop[0]], things[loop[1 % len(loop)]]
        runs_after = getattr(thing, "run_after", ())
        where = "run_after" if following.name in runs_after else field
        names = [shown(things[index].name, 60) for index in (*loop, loop[0])]
        if len(names) > _NAMES_SHOWN:
            names[_NAMES_SHOWN - 2 : -1] = [f"({len(names) - _NAMES_SHOWN + 1} more)"]
        text = f"These wait for one another: {' -> '.join(names)}."
        yield Finding(place_of(thing, where), codes.CYCLE, text, "Remove one of the arrows.")
