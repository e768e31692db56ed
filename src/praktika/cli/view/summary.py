"""What is left to say when a run is over: how it ended, what failed and why, where to look."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from praktika.cli.console import Console, Ink, one_line
from praktika.cli.logtext import last_lines, readable
from praktika.cli.view.words import count, counts, near, seconds, status
from praktika.model.plan import job_key
from praktika.model.result import Result, Status, leaves
from praktika.orchestrator import names
from praktika.wiring.stores import Stores

_DETAILED = 10
_LISTED = 40
_TESTS = 5
_LOG_LINES = 8
_INFO_LINES = 4
_TOGETHER = 3
_NAME = 60


class Ended(NamedTuple):
    """A run that is over.

    Attributes:
        id: of the run.
        result: its Result.
        stores: where its logs and report are.
    """

    id: str
    result: Result
    stores: Stores

    @property
    def report(self) -> str:
        """The path of the page."""
        return str(self.stores.brought(names.report(self.id)))


def show_summary(console: Console, ended: Ended) -> None:
    """Write it; the last line is where the report is."""
    result = ended.result
    console.say("")
    bad = [job for job in result.results if not job.status.is_ok and not _is_allowed(job)]
    failed = [job for job in bad if job.status is not Status.DROPPED]
    for job in failed[:_DETAILED]:
        _show_job(console, ended, job)
    for job in failed[_DETAILED:][:_LISTED]:
        console.say(status(job.status), f" {one_line(job.name)}  {one_line(_reason(job))}")
    if len(failed) > _DETAILED + _LISTED:
        console.say(f"... and {count(len(failed) - _DETAILED - _LISTED, 'failed job')} more")
    _show_dropped(console, [job for job in bad if job.status is Status.DROPPED])
    allowed = [job for job in result.results if not job.status.is_ok and _is_allowed(job)]
    for job in allowed[:_LISTED]:
        console.say(
            status(job.status), f" {one_line(job.name)}  (allowed)  {one_line(_reason(job))}"
        )
    if bad or allowed:
        console.say("")
    _show_total(console, result)
    if failed:
        which = f"{ended.id} {_typed(failed[0].name)}"
        console.say(Ink("look:   ", "dim"), f"praktika why {which}, praktika logs {which}")
    path = ended.stores.brought(names.report(ended.id))
    console.say(Ink("report: ", "dim"), f"{near(path)} ", Ink(path.absolute().as_uri(), "cyan"))


def _typed(name: str) -> str:
    """How to write the name of a job on a command line, in as few strange signs as possible."""
    quoted = shlex.quote(name)
    is_simple = len(name) <= 60 and "'" not in name and name.isprintable()
    return quoted if is_simple else job_key(name)


def job_counts(result: Result) -> Counter[Status]:
    """How many jobs of a run ended how."""
    return Counter(job.status for job in result.results)


def reused_count(result: Result) -> int:
    """How many jobs of a run took the outcome of an earlier one."""
    return sum("reused" in job.ext for job in result.results)


def _show_total(console: Console, result: Result) -> None:
    numbers = counts(job_counts(result)) or "no jobs"
    reused = reused_count(result)
    numbers += f" ({reused} reused)" if reused else ""
    info = f"  ({one_line(result.info)})" if result.info else ""
    console.say(
        status(result.status),
        Ink(f" {one_line(result.name)}", "bold"),
        f"  {numbers}  in {seconds(result.duration)}{info}",
    )


def _show_job(console: Console, ended: Ended, job: Result) -> None:
    console.say(
        status(job.status), Ink(f" {one_line(job.name)}", "bold"), f"  {one_line(_reason(job))}"
    )
    failed = list(_failed_tests(job))
    for path, test in failed[:_TESTS]:
        console.say("    ", status(test.status, width=0), f" {one_line(' / '.join(path[1:]))}")
        for line in [line for line in readable(test.info) if line][-_INFO_LINES:]:
            console.say(Ink("        | ", "dim"), line)
    if len(failed) > _TESTS:
        console.say(f"    ... and {count(len(failed) - _TESTS, 'test')} more")
    log = job.ext.get("log")
    if not isinstance(log, str):
        return
    key = f"runs/{ended.id}/{log}"
    if not failed:
        for line in last_lines(ended.stores.blobs, key, _LOG_LINES):
            console.say(Ink("    | ", "dim"), line)
    if not ended.stores.is_remote:
        console.say(Ink("    log: ", "dim"), near(ended.stores.path(key)))


def _show_dropped(console: Console, dropped: Iterable[Result]) -> None:
    """One line for each reason: a cancel drops hundreds of jobs for the same one."""
    by_reason: dict[str, list[str]] = {}
    for job in dropped:
        by_reason.setdefault(one_line(_reason(job)), []).append(one_line(job.name, _NAME))
    for reason, names_of_jobs in islice(by_reason.items(), _LISTED):
        console.say(status(Status.DROPPED), f" {_joined(names_of_jobs)}  {reason}")
    if len(by_reason) > _LISTED:
        console.say("... and more that were dropped")


def _joined(items: Sequence[str]) -> str:
    more = f" and {len(items) - _TOGETHER} more" if len(items) > _TOGETHER else ""
    return ", ".join(items[:_TOGETHER]) + more


def _failed_tests(job: Result) -> Iterable[tuple[tuple[str, ...], Result]]:
    if not job.results:
        return ()
    return ((path, test) for path, test in leaves(job) if not test.status.is_ok)


def _is_allowed(job: Result) -> bool:
    return bool(job.ext.get("allow_failure")) and job.status is not Status.DROPPED


def _reason(job: Result) -> str:
    """Why the job is not OK: in its info; its reason may only say why it ran."""
    told = job.info.strip().split("\n", 1)[0]
    if told:
        return told
    failed = sum(not part.status.is_ok for part in job.results)
    if failed:
        return f"{failed} of {len(job.results)} failed"
    return str(job.ext.get("reason", ""))
