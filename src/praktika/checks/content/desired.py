"""Everything that is to be shown of a run, from its state: any process says the same."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from praktika.checks.content import buttons
from praktika.checks.content.comment import Failures, comment, gist
from praktika.checks.content.findings import ANNOTATIONS, Findings
from praktika.checks.content.job_check import job_check, remarks
from praktika.checks.content.lines import Line, lines_of
from praktika.checks.content.statuses import job_statuses, ready_status
from praktika.checks.content.summary import Material, summary
from praktika.checks.content.text import address, counted, line
from praktika.checks.content.verdict import check_status, conclusion, title
from praktika.engine.run import Run, Stage
from praktika.model.forge import Annotation, Check, CommitStatus
from praktika.model.plan import Shown, job_key

LIVE_JOBS = 20
"""In a run of up to so many jobs, a job's check is there before the job has ended."""

JOB_CHECKS = 400
"""Jobs that get a check of their own; the table of the workflow's check has the others."""

READ = 100
"""Failed jobs whose Results are read at most."""


class Rank(IntEnum):
    """How much it matters that something is shown: the first is sent first."""

    OUTCOME = 0
    """The workflow's check, and what merging depends on."""
    FAILURE = 1
    """A failed job; whatever the forge has that is not true any more."""
    REST = 2
    """A job that went well, or goes on: left out where there is no room for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A check to be shown.

    Attributes:
        check: as it shall look.
        turn: grows when what it shows is run again; then a new check is made.
        rank: see `Rank`.
        key: of the job, or "".
    """

    check: Check
    turn: int
    rank: Rank
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the run does not say itself.

    Attributes:
        page: address of the run's report, or "".
        command: what shows it to those who have no page, or "".
        known: external ids of the checks that the forge has already.
        contexts: of the statuses that the commit has already.
        dropped: how many checks of jobs there was no room for.
        doubt: why the change must not be merged although all went well, or "".
        notes: what else to tell, in words of ours.
        before: what failed at the commit before, if that is known.
    """

    page: str = ""
    command: str = ""
    known: frozenset[str] = frozenset()
    contexts: frozenset[str] = frozenset()
    dropped: int = 0
    doubt: str = ""
    notes: tuple[str, ...] = ()
    before: Failures | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desired:
    """What is to be shown of a run.

    Attributes:
        workflow: the check of the workflow.
        jobs: checks of jobs, those that matter most first.
        statuses: of jobs, likewise.
        ready: the status that says whether the change may be merged, if it is asked for.
        comment: Markdown of the comment, "" if there is to be none.
        marker: names the comment.
        gist: changes when the comment is worth a write.
        is_over: whether the run is.
        merges: whether the pull request is to be merged now.
        is_from_outside: whether it is about a change of strangers.
    """

    workflow: Piece
    jobs: tuple[Piece, ...] = ()
    statuses: tuple[CommitStatus, ...] = ()
    ready: CommitStatus | None = None
    comment: str = ""
    marker: str = ""
    gist: str = ""
    is_over: bool = False
    merges: bool = False
    is_from_outside: bool = False


def worth_reading(run: Run) -> list[str]:
    """The keys of the jobs whose Results say what is not known without them."""
    return [each.job.key for each in lines_of(run) if each.has_failed and each.state.attempt][:READ]


def desired(run: Run, run_id: str, results: Mapping[str, Findings], options: Options) -> Desired:
    """What is to be shown of a run that has a subject.

    Args:
        run: as its journal tells.
        run_id: its id.
        results: by job key, of the jobs `worth_reading`; what is missing is told without.
        options: see there.
    """
    request = run.requested
    assert request is not None
    assert request.subject is not None
    shown = run.plan.shown if run.plan else Shown()
    page = address(options.page)
    lines = lines_of(run)
    chosen, beyond = _chosen(lines, run_id, shown.job_checks, options.known)
    notes = _notes(run, options, beyond)
    material = Material(
        run=run,
        lines=lines,
        findings=results,
        page=page,
        command=options.command,
        notes=notes,
    )
    workflow = _workflow(material, request.subject.sha, run_id)
    ended = workflow.check.conclusion
    is_good = ended in {"success", "skipped"} and not options.doubt
    return Desired(
        workflow=workflow,
        jobs=_jobs(material, run_id, chosen),
        statuses=tuple(job_statuses(material, shown, options.contexts)),
        ready=ready_status(material, shown.ready, options.doubt) if shown.ready else None,
        comment=comment(material, request.subject, options.before) if shown.summary else "",
        marker=f"summary-{job_key(request.workflow)}",
        gist=gist(run, lines, ended),
        is_over=run.stage is Stage.CONCLUDED,
        merges=shown.automerge and request.subject.number > 0 and is_good,
        is_from_outside=request.facts.trust != "trusted",
    )


def _workflow(material: Material, sha: str, run_id: str) -> Piece:
    run = material.run
    assert run.requested is not None
    status = check_status(run)
    ended = conclusion(run, material.lines)
    check = Check(
        name=line(run.requested.workflow) or "praktika",
        sha=sha,
        external_id=run_id,
        status=status,
        conclusion=ended,
        title=title(run, material.lines),
        summary=summary(material),
        annotations=_annotations(material) if run.stage is Stage.CONCLUDED else (),
        actions=buttons.of_run(run.stage, ended),
        url=material.page,
        started_at=run.began,
        completed_at=run.at if status == "completed" else 0.0,
    )
    # A check that asked for approval, or that an earlier round has left, is not taken up again. If
    # nobody approves, it is what tells of the end: a new one would hide that of a newer run.
    turn = 2 * run.round + (bool(run.approved_by) or not run.requested.needs_approval)
    return Piece(check=check, turn=turn, rank=Rank.OUTCOME)


def _annotations(material: Material) -> tuple[Annotation, ...]:
    """Those of the jobs, unless the jobs have checks of their own, which show them."""
    run = material.run
    if run.plan is None or run.plan.shown.job_checks != "none":
        return ()
    every: list[Annotation] = []
    for each in material.lines:
        every += remarks(each, material.findings.get(each.job.key, Findings()))
    return tuple(every[:ANNOTATIONS])


def _jobs(
    material: Material, run_id: str, chosen: Sequence[tuple[Line, bool]]
) -> tuple[Piece, ...]:
    """The checks of the jobs that have one, or are to have one."""
    request = material.run.requested
    assert request is not None
    assert request.subject is not None
    pieces = []
    for each, is_there in chosen:
        check = job_check(material, each, sha=request.subject.sha, run_id=run_id)
        rank = Rank.FAILURE if is_there or each.has_failed else Rank.REST
        pieces.append(Piece(check=check, turn=each.turn, rank=rank, key=each.job.key))
    return tuple(sorted(pieces, key=lambda piece: piece.rank))


def _chosen(
    lines: Sequence[Line], run_id: str, which: str, known: Container[str]
) -> tuple[list[tuple[Line, bool]], int]:
    """The jobs with a check, and whether each has it already; how many there is no room for."""
    is_small = len(lines) <= LIVE_JOBS
    chosen: list[tuple[Line, bool]] = []
    beyond = 0
    for each in lines:
        is_there = f"{run_id}/{each.job.key}" in known
        if is_there or (
            (is_wanted := _is_wanted(each, which, is_small=is_small)) and (len(chosen) < JOB_CHECKS)
        ):
            chosen.append((each, is_there))
        else:
            beyond += is_wanted
    return chosen, beyond


def _is_wanted(each: Line, which: str, *, is_small: bool) -> bool:
    match which:
        case "all":
            return each.is_settled or is_small
        case "none":
            return False
        case _:
            return each.has_failed


def _notes(run: Run, options: Options, beyond: int) -> tuple[str, ...]:
    notes = [*options.notes]
    if options.dropped + beyond:
        jobs = counted(options.dropped + beyond, "job")
        notes.append(f"No room for a check of their own: {jobs}. GitHub takes so many an hour.")
    if options.doubt and run.stage is Stage.CONCLUDED:
        notes.append(options.doubt)
    return tuple(notes)
