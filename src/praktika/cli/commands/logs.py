"""`praktika logs`."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace

import click

from praktika.cli.console import Console
from praktika.cli.group import verbatim
from praktika.cli.logtext import follow, read_from, start_of_last_lines
from praktika.cli.machinelogs import Wanted, seconds, show
from praktika.cli.options import RunArguments, json_option
from praktika.cli.subject import Subject, find_subject
from praktika.cli.view.words import count
from praktika.engine.explain import explain
from praktika.engine.reused import is_reused
from praktika.engine.run import JobState, Phase
from praktika.engine.step import step
from praktika.errors import Absent, AuthorError
from praktika.model.plan import Origin
from praktika.orchestrator import names
from praktika.ports.blobs import Blobs
from praktika.wiring.checkout import find_checkout
from praktika.wiring.cloud.telemetry import open_logs

_PERIOD = 0.2


@click.command(
    "logs",
    cls=RunArguments,
    **verbatim("""
RUN is an id, the beginning of one, `latest` (the default) or -1, -2 for the one before. JOB is
as for `praktika run`. The bytes are those that the job wrote.

  praktika logs 'Unit tests'
  praktika logs -2 'Unit tests' --tail 50
  praktika logs latest 'Unit tests' --follow

Of an installation on AWS, also what its machines and functions have logged, whether they are still
there or not:

  praktika logs --list
  praktika logs --instance i-0123456789abcdef0 --follow
  praktika logs --function webhook --since 1h
"""),
)
@click.argument("words", metavar="[RUN] JOB", nargs=-1)
@click.option("-f", "--follow", "follows", is_flag=True, help="Go on until the job has ended.")
@click.option("--attempt", metavar="N", type=click.IntRange(min=1), help="Default: the last one.")
@click.option("--tail", metavar="N", type=click.IntRange(min=0), help="Only the last N lines.")
@click.option("--instance", metavar="ID", default="", help="The log of a machine.")
@click.option("--function", metavar="NAME", default="", help="The log of a function.")
@click.option("--list", "lists", is_flag=True, help="List machines and functions with a log.")
@click.option("--since", metavar="TIME", default="", help="What is not older: 30s, 5m, 1h, 2d.")
@json_option("Write lines of machines and functions as JSON.")
@click.pass_obj
def command(
    console: Console,
    /,
    *,
    words: tuple[str, ...],
    follows: bool,
    attempt: int | None,
    tail: int | None,
    instance: str,
    function: str,
    lists: bool,
    since: str,
    as_json: bool,
) -> int:
    """Print the log of a job, also while it runs."""
    wanted = Wanted(
        instance=instance,
        function=function,
        lists=lists,
        follows=follows,
        since=since,
        as_json=as_json,
    )
    if wanted.is_any:
        _check(wanted, of_job=bool(words) or attempt is not None or tail is not None)
        show(console, open_logs(find_checkout().root), wanted)
        return 0
    if since or as_json:
        raise click.UsageError("--since and --json go with --instance, --function or --list.")
    subject = find_subject(words)
    log = _Log(console, subject, attempt)
    log.check(follows=follows)
    log.write(tail, follows=follows)
    return 0


def _check(wanted: Wanted, *, of_job: bool) -> None:
    """Refuse what does not go together.

    Raises:
        UsageError: something does not.
    """
    if sum(map(bool, (wanted.instance, wanted.function, wanted.lists, of_job))) != 1:
        raise click.UsageError("Name a job, or one of --instance, --function and --list.")
    if wanted.since:
        seconds(wanted.since)


class _Log:
    """The log of one attempt, or of one after another while they are followed."""

    def __init__(self, console: Console, subject: Subject, attempt: int | None) -> None:
        self.console = console
        self.subject = subject
        self.asked = attempt
        self.run = subject.recorded.run
        self.position = len(subject.recorded.events)
        self.attempt = attempt or max(1, subject.state.attempt)

    def check(self, *, follows: bool) -> None:
        """Refuse what will never have a log.

        Raises:
            AuthorError: the job has not run, or not so often.
        """
        if self._origin is not None:
            note = f"praktika: reused from run {self._origin.run}, whose log this is"
            self.console.note(note)
            return
        state, name = self._state, self.subject.job.name
        if self.asked and self.asked > state.attempt and state.phase is Phase.SETTLED:
            tries = count(state.attempt, "attempt")
            raise AuthorError(text=f"'{name}' has had {tries} in run {self._id}.")
        if state.attempt == 0 and (self._is_over() or not follows):
            told = explain(self.run, self.subject.job.key)
            raise AuthorError(text=f"'{name}' has no log in run {self._id}: {told}")

    def write(self, tail: int | None, *, follows: bool) -> None:
        """Write the log from its beginning or its last lines on."""
        start = 0
        if tail is not None:
            with suppress(Absent):
                start = start_of_last_lines(self._blobs, self._key, tail)
        while True:
            pieces = (
                follow(self._blobs, self._key, start, is_over=self._is_over, pause=self._pause)
                if follows
                else read_from(self._blobs, self._key, start)
            )
            for piece in pieces:
                if not self.console.raw(piece):
                    return
            if not follows or self.asked or self._state.attempt == self.attempt:
                return
            self.attempt, start = self._state.attempt, 0
            self.console.note(f"praktika: attempt {self.attempt} of '{self.subject.job.name}'")

    @property
    def _id(self) -> str:
        return self.subject.recorded.id

    @property
    def _state(self) -> JobState:
        return self.run.jobs[self.subject.job.key]

    @property
    def _blobs(self) -> Blobs:
        return self.subject.history.stores.blobs

    @property
    def _origin(self) -> Origin | None:
        """Where the log of a job is that did not run here."""
        job = self.subject.job
        is_taken = is_reused(job, self._state) and self._state.phase is Phase.SETTLED
        return job.origin if is_taken and job.origin and job.origin.run else None

    @property
    def _key(self) -> str:
        if self._origin is not None:
            origin = self._origin
            return names.job(origin.run, self.subject.job.key, origin.attempt, "job.log")
        return names.job(self._id, self.subject.job.key, self.attempt, "job.log")

    def _is_over(self) -> bool:
        """Whether nothing more will be written to this attempt's log."""
        recorded = replace(self.subject.recorded, run=self.run)
        interrupted = self.subject.history.is_interrupted(recorded)
        events = self.subject.history.stores.journal.read(self._id, self.position)
        self.position += len(events)
        for event in events:
            self.run = step(self.run, event).run
        state = self._state
        return interrupted or state.phase is Phase.SETTLED or state.attempt > self.attempt

    def _pause(self) -> None:
        time.sleep(max(_PERIOD, self.subject.history.stores.pace.look))
