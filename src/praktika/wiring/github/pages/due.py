"""What of a run is to be published. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from praktika.checks.content.lines import lines_of
from praktika.checks.content.verdict import conclusion
from praktika.engine.reused import has_taken
from praktika.engine.run import Run, Stage
from praktika.model.plan import Artifact, Stored
from praktika.runner.artifacts.record import has_files, prefix_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An artifact that is to be published.

    Attributes:
        artifact: as declared.
        stored: what its job has left.
        prefix: of the attempt that has left it, in this run or in an earlier one.
    """

    artifact: Artifact
    stored: Stored
    prefix: str


def pages_of(run_id: str, run: Run) -> tuple[Page, ...]:
    """What a run has to publish as it is now; nothing while it goes on."""
    if run.stage is not Stage.CONCLUDED or run.plan is None:
        return ()
    wanted = [each for each in run.plan.artifacts if each.publish and has_files(each)]
    if not wanted or not _is_of_main(run) or conclusion(run, lines_of(run)) != "success":
        return ()
    found = (_page(run_id, run, artifact) for artifact in wanted)
    return tuple(page for page in found if page is not None)


def _is_of_main(run: Run) -> bool:
    """Whether a push to the default branch has started it, and the forge has told us so.

    The base branch of a push is the default branch, as the forge said when the run was asked for.
    """
    request = run.requested
    if request is None or request.subject is None or run.plan is None:
        return False
    facts = request.facts
    is_ours = facts.trust == "trusted" and not (facts.local or facts.by_hand or facts.fork)
    is_push = run.plan.event == "push" and not facts.pr_number and request.merge is None
    return is_ours and is_push and bool(facts.branch) and facts.branch == facts.base_branch


def _page(run_id: str, run: Run, artifact: Artifact) -> Page | None:
    """None if the job has left nothing."""
    job, state = run.graph.jobs[artifact.provider], run.jobs[artifact.provider]
    stored = next((each for each in state.stored if each.name == artifact.name), None)
    if stored is None or not stored.sha256 or not state.status.is_ok:
        return None
    source, attempt = run_id, state.attempt
    if has_taken(job, state) and job.origin is not None:
        source, attempt = job.origin.run, job.origin.attempt
    prefix = prefix_of(source, artifact.provider, attempt)
    return Page(artifact=artifact, stored=stored, prefix=prefix)
