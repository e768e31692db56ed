"""Compiling: from what a repository declares to Plans, or to all problems at once.

One error anywhere means no Plan at all; warnings stop nothing.
"""

# ruff: noqa: PTH118 - importing pathlib costs start-up time

from __future__ import annotations

import os
from collections.abc import Iterable

from praktika.model.plan import Compilation
from praktika.model.problem import Problem
from praktika.pipeline.check.names import check_names
from praktika.pipeline.check.paths import Paths
from praktika.pipeline.check.projects import check_projects, labels_of_pools
from praktika.pipeline.draft import Draft, Surroundings
from praktika.pipeline.finding import Finding, Place
from praktika.pipeline.load.loader import Loaded, executed
from praktika.pipeline.plain import is_plain, plain
from praktika.pipeline.routes import route_of


def compile(loaded: Loaded) -> Compilation:  # noqa: A001 - the room's verb, never imported bare
    """The Plans of a repository; none if any problem is an error.

    Problems are sorted by file and line, each once.
    """
    findings = list(loaded.findings)
    show = _Shower(loaded.root)
    pools = labels_of_pools(check_projects(loaded, show, findings))
    settings = plain({name: it for name, it in loaded.settings.items() if is_plain(it)})
    made_in = [str(loaded.settings[name]) for name in ("TEMP_DIR", "INPUT_DIR", "OUTPUT_DIR")]
    paths = Paths(loaded.root, made_in)
    around = Surroundings(loaded.root, loaded.settings, pools, paths, show)
    drafts = [Draft(workflow, around) for workflow in loaded.workflows]
    findings.extend(check_names([draft.workflow for draft in drafts], show))
    everything = [*findings, *(finding for draft in drafts for finding in draft.findings)]
    problems = _problems(everything, show)
    if any(problem.severity == "error" for problem in problems):
        drafts = []
    files = executed(loaded.root)
    return Compilation(
        plans=tuple(
            draft.plan(_problems(draft.findings, show), settings, files) for draft in drafts
        ),
        problems=problems,
        settings=settings,
        pools=pools,
        routes=tuple(route_of(draft.workflow) for draft in drafts),
    )


class _Shower:
    """Places as text, with files relative to the repository."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._files: dict[str, str] = {}

    def __call__(self, place: Place) -> str:
        file, line = self.split(place)
        return f"{file}:{line}" if line else file

    def split(self, place: Place) -> Place:
        """The place with its file relative to the repository, if it is inside."""
        path, line = place
        file = self._files.get(path)
        if file is None:
            is_inside = path.startswith(os.path.join(self._root, ""))
            file = os.path.relpath(path, self._root) if is_inside else path or "ci"
            file = self._files[path] = _storable(file)
        return file, line


def _problems(findings: Iterable[Finding], show: _Shower) -> tuple[Problem, ...]:
    unique = {}
    for finding in findings:
        file, line = show.split(finding.place)
        _, code, text, hint, severity = finding
        key = (file, line, code, text)
        if key not in unique:
            unique[key] = Problem(
                file=file,
                line=line,
                code=code,
                text=_storable(text),
                hint=_storable(hint),
                severity=severity,
            )
    return tuple(sorted(unique.values(), key=lambda problem: (problem.file, problem.line)))


def _storable(text: str) -> str:
    """The text without lone surrogates, which JSON cannot hold."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()
