"""All judges, for all projects of a repository."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from praktika.infrastructure.check import (
    access,
    amounts,
    data,
    machines,
    networks,
    references,
    scaling,
    settings,
)
from praktika.infrastructure.check.kinds import of_their_kinds
from praktika.infrastructure.check.naming import clashes, names, slugs
from praktika.infrastructure.check.saying import Judged
from praktika.infrastructure.cloud import CloudInfrastructure
from praktika.infrastructure.template.names import Names, slug_of
from praktika.pipeline.check.projects import Around
from praktika.pipeline.declare.declared import Declared
from praktika.pipeline.finding import Finding

JUDGES: tuple[Callable[[Judged], Iterator[Finding]], ...] = (
    slugs.check_slug,
    names.check_names,
    clashes.check_clashes,
    amounts.check_amounts,
    networks.check_networks,
    machines.check_machines,
    scaling.check_scaling,
    references.check_references,
    access.check_access,
    data.check_data,
    settings.check_settings,
)


def check(projects: Sequence[Declared], around: Around) -> Iterable[Finding]:
    """What is wrong with the projects of a repository.

    Args:
        projects: with fields of their types.
        around: settings to compare with.
    """
    findings: list[Finding] = []
    known = [
        of_their_kinds(one, findings)
        for one in projects
        if isinstance(one, CloudInfrastructure.Config)
    ]
    for project in known:
        judged = Judged(project, Names(slug_of(project.name)), around)
        for judge in JUDGES:
            findings.extend(judge(judged))
    findings.extend(slugs.check_all(known, around))
    return findings
