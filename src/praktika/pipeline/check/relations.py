"""Objects of one workflow among one another: aliases, labels and pools."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from praktika.pipeline import codes
from praktika.pipeline.check.sound import called, shown
from praktika.pipeline.declare.declared import place_of
from praktika.pipeline.declare.job import JobConfig
from praktika.pipeline.declare.workflow import WorkflowConfig
from praktika.pipeline.finding import Finding
from praktika.pipeline.suggest import did_you_mean

SELF_HOSTED = "self-hosted"


def check_aliases(workflow: WorkflowConfig) -> Iterator[Finding]:
    """Aliases of no job, and aliases that hide one."""
    names = {job.name for job in workflow.jobs}
    folded = {name.casefold() for name in names}
    place = place_of(workflow, "job_aliases")
    for alias, target in workflow.job_aliases.items():
        if target not in names:
            text = f"Alias '{shown(alias)}' stands for '{shown(target)}', which is no job here."
            yield Finding(place, codes.UNKNOWN_ALIAS, text, did_you_mean(target, names))
        if alias.casefold() in folded:
            text = f"Alias '{shown(alias)}' is also the name of a job."
            yield Finding(place, codes.ALIAS_SHADOWS, text, "Choose another alias.")


def check_labels(
    jobs: Sequence[JobConfig], prefix: str, pools: Collection[str]
) -> Iterator[Finding]:
    """Labels that no declared pool serves."""
    known = set(pools)
    for job in jobs:
        place = place_of(job, "runs_on")
        labels = [label for label in labels_of(job, prefix) if label != SELF_HOSTED]
        if not labels:
            text = f"{called(job)} has no label to run on, and pools are declared."
            yield Finding(place, codes.UNSERVED_LABEL, text, "Add runs_on=….")
        for label in labels:
            if label not in known:
                text = f"No pool serves the label '{shown(label)}' of {called(job)}."
                yield Finding(place, codes.UNSERVED_LABEL, text, did_you_mean(label, known))


def labels_of(job: JobConfig, prefix: str) -> tuple[str, ...]:
    """The labels that a job runs on, with the workflow's prefix before all but `self-hosted`."""
    labels = (job.runs_on,) if isinstance(job.runs_on, str) else tuple(job.runs_on)
    return tuple(label if label == SELF_HOSTED else prefix + label for label in labels if label)
