"""One run, shown once: its checks and statuses, then the pull request that waits for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from praktika.checks.content.comment import Failures
from praktika.checks.content.desired import Desired, Options, desired
from praktika.checks.content.findings import Findings
from praktika.checks.content.verdict import check_status
from praktika.checks.earlier import Earlier
from praktika.checks.ledger import Ledger, digest
from praktika.checks.posting import UNANSWERED, Posting, Tools
from praktika.checks.pulls import Pulls, doubt
from praktika.engine.run import Run
from praktika.errors import Denied, Limited, OperatorError, TransientError
from praktika.model.events import RunRequested
from praktika.model.forge import Pull, Subject

_PASSES = 3
_DENIED = 900.0
_MENDED_WITHIN = 12 * 3600.0
"""Seconds after the last event of a run within which a missing permission may be given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """Shows a run as it is.

    Attributes:
        run_id, run: which.
        results: see `desired`.
        page: address of its report, or "".
        command: what shows it to those who have no page, or "".
        ledger: what is shown already.
        earlier: see there.
        before: what failed at the commit before, if that is known.
        pulls, tools: see there.
    """

    run_id: str
    run: Run
    results: dict[str, Findings]
    page: str
    command: str
    ledger: Ledger
    earlier: Earlier
    before: Failures | None
    pulls: Pulls
    tools: Tools

    def show(self) -> float:
        """Write what differs; seconds after which there is more to do, or 0."""
        posting = Posting(self.tools, self.ledger, self._subject)
        try:
            posting.settle_doubts()
        except OperatorError as error:
            self.tools.on_trouble(error)
            return self._when_mended() if isinstance(error, Denied) else 0.0
        for _ in range(_PASSES):
            told = self._told
            wanted, pull, wait = self._look(self._wanted(""))
            waits = [wait, posting.bring(wanted)]
            if self.ledger.shows(wanted.workflow):
                waits += self._deal_with_pull(wanted, pull)
            if self._told == told:
                break
        if posting.is_denied:
            waits.append(self._when_mended())
        return min((each for each in waits if each), default=0.0)

    def _when_mended(self) -> float:
        """Seconds to wait where a permission is missing; 0 if it has been for too long.

        A run that is over does not move on by itself, and its check may be required. One that goes
        on is announced again.
        """
        is_over = check_status(self.run) == "completed"
        is_recent = self.tools.clock.now() - self.run.at < _MENDED_WITHIN
        return _DENIED if is_over and is_recent else 0.0

    @property
    def _request(self) -> RunRequested:
        assert self.run.requested is not None
        return self.run.requested

    @property
    def _subject(self) -> Subject:
        assert self._request.subject is not None
        return self._request.subject

    @property
    def _told(self) -> tuple[object, ...]:
        """What the workflow's check tells of the showing itself."""
        return (self.ledger.record.dropped, self.ledger.record.note)

    def _wanted(self, why: str) -> Desired:
        record = self.ledger.record
        options = Options(
            page=self.page,
            command=self.command,
            known=self.ledger.known,
            contexts=frozenset(record.statuses),
            dropped=len(record.dropped),
            doubt=why,
            notes=(record.note,) if record.note else (),
            before=self.before,
        )
        return desired(self.run, self.run_id, self.results, options)

    def _look(self, wanted: Desired) -> tuple[Desired, Pull | None, float]:
        """What is wanted in the light of the pull request, that one, and seconds to wait for it.

        While the forge does not say how the pull request is, nothing is said that depends on it.
        """
        is_good = wanted.ready is not None and wanted.ready.state == "success"
        has_news = wanted.comment and self.ledger.record.comment != digest(wanted.gist)
        if not (is_good or wanted.merges or has_news):
            return wanted, None, 0.0
        try:
            pull = self.pulls.look(self._subject)
        except TransientError as error:
            without = replace(wanted, ready=None, merges=False, comment="")
            return without, None, self._wait_for(error)
        why = doubt(self._request, pull) if is_good or wanted.merges else ""
        return (self._wanted(why) if why else wanted), pull, 0.0

    def _deal_with_pull(self, wanted: Desired, pull: Pull | None) -> list[float]:
        steps: list[Callable[..., float]] = [self.pulls.comment, self.pulls.merge]
        waits = []
        for step in steps:
            try:
                waits.append(step(self._request, wanted, self.ledger, pull))
            except TransientError as error:
                waits.append(self._wait_for(error))
            except OperatorError as error:
                self.tools.on_trouble(error)
        self.tools.confirm()
        self.earlier.keep(self.run)
        self.ledger.save()
        return waits

    def _wait_for(self, error: TransientError) -> float:
        if isinstance(error, Limited):
            return max(1.0, error.until - self.tools.clock.now())
        self.tools.on_trouble(error)
        return UNANSWERED
