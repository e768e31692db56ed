"""The comment under a pull request: what the check says, and what is new in it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from praktika.checks.content.lines import Line
from praktika.checks.content.summary import Material, summary
from praktika.checks.content.text import code, line
from praktika.checks.content.verdict import title
from praktika.engine.run import Run, Stage
from praktika.model.forge import Subject

_NAMED = 10


class Failures(msgspec.Struct, frozen=True, kw_only=True):
    """The jobs that failed at a commit, by name."""

    sha: str
    jobs: tuple[str, ...]


def comment(material: Material, subject: Subject, before: Failures | None) -> str:
    """The Markdown of the comment; "" if there is no pull request to comment on.

    Args:
        material: see there.
        subject: what the run is for.
        before: what failed at the commit before, if that is known.
    """
    run = material.run
    assert run.requested is not None
    if not subject.number:
        return ""
    parts = [
        f"### Workflow {code(run.requested.workflow)}, commit {code(subject.sha[:12])}",
        code(title(run, material.lines), 300),
        _changes(material.lines, before) if before and run.stage is Stage.CONCLUDED else "",
        summary(material),
    ]
    return "\n\n".join(part for part in parts if part)


def _changes(lines: Sequence[Line], before: Failures) -> str:
    """Which jobs fail that did not before, and the other way round."""
    now = [line(each.job.name) for each in lines if each.counts and each.has_failed]
    well = {line(each.job.name) for each in lines if each.is_settled and not each.counts}
    new = [name for name in now if name not in before.jobs]
    mended = [name for name in before.jobs if name in well]
    since = f"since {code(before.sha[:12])}"
    told = [
        f"Failing {since} only: {_named(new)}." if new else "",
        f"Mended {since}: {_named(mended)}." if mended else "",
    ]
    return "  \n".join(part for part in told if part)


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(code(name, 100) for name in names[:_NAMED]) + more


def gist(run: Run, lines: Sequence[Line], ended: str) -> str:
    """Changes when the comment is worth a write: when a job fails, and when the run ends."""
    failed = "\n".join(each.job.key for each in lines if each.has_failed)
    return f"{run.round} {ended} {run.cancelled_by}\n{failed}"
