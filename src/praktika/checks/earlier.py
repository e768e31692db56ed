"""Which jobs of a pull request failed at the commit before: its author looks for what is new."""

from __future__ import annotations

import msgspec

from praktika.checks.content.comment import Failures
from praktika.checks.content.lines import lines_of
from praktika.checks.content.text import line
from praktika.engine.run import Run, Stage
from praktika.errors import Absent
from praktika.model.forge import Subject
from praktika.model.plan import job_key
from praktika.model.wire import WireError, decode, encode
from praktika.patience import patiently
from praktika.ports.blobs import Blobs

_NAMES = 200


class _Outcomes(msgspec.Struct, frozen=True, kw_only=True):
    """The last two commits of a pull request of which a run has ended, the older one first."""

    commits: tuple[Failures, ...] = ()


class Earlier:
    """What is kept from one run of a pull request for the next one.

    Args:
        blobs: see the port.
    """

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def before(self, run: Run) -> Failures | None:
        """What failed at the commit before; None if that is not known, or nobody asks for it."""
        subject = _asked(run)
        if subject is None:
            return None
        others = [each for each in self._load(run, subject) if each.sha != subject.sha]
        return others[-1] if others else None

    def keep(self, run: Run) -> None:
        """Remember what failed in this run, if it has ended and somebody will ask for it."""
        subject = _asked(run)
        if subject is None or run.cancelled_by:
            return
        names = [line(each.job.name) for each in lines_of(run) if each.counts and each.has_failed]
        mine = Failures(sha=subject.sha, jobs=tuple(names[:_NAMES]))
        known = self._load(run, subject)
        others = [each for each in known if each.sha != subject.sha]
        kept = (*others[-1:], mine)
        if kept != known:
            data = encode(_Outcomes(commits=kept))
            patiently(lambda: self._blobs.put(_place(run, subject), data))

    def _load(self, run: Run, subject: Subject) -> tuple[Failures, ...]:
        try:
            data = patiently(lambda: self._blobs.get(_place(run, subject)))
            return decode(data, _Outcomes).commits
        except (Absent, WireError):
            return ()


def _asked(run: Run) -> Subject | None:
    """The subject of a run that has ended, and of which the outcome is told in a comment."""
    subject = run.requested.subject if run.requested else None
    if subject is None or not subject.number or run.stage is not Stage.CONCLUDED:
        return None
    return subject if run.plan is not None and run.plan.shown.summary else None


def _place(run: Run, subject: Subject) -> str:
    assert run.requested is not None
    workflow = job_key(run.requested.workflow)
    return f"checks/{job_key(subject.repository)}/{subject.number}/{workflow}.json"
