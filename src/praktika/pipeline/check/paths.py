"""Paths that a declaration names: files must be there, artifacts must stay in the repository."""

# ruff: noqa: PTH110, PTH114, PTH117, PTH118, PTH207 - importing pathlib costs start-up time

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from glob import has_magic, iglob

from praktika.pipeline import codes
from praktika.pipeline.check.commands import read_file, started_file
from praktika.pipeline.check.sound import called, shown
from praktika.pipeline.declare.artifact import ArtifactConfig
from praktika.pipeline.declare.declared import Declared, place_of
from praktika.pipeline.declare.docker import DockerConfig
from praktika.pipeline.declare.job import JobConfig
from praktika.pipeline.declare.workflow import WorkflowConfig
from praktika.pipeline.finding import Finding, Severity


def inside(root: str, path: str) -> str | None:
    """A path relative to the repository, or None when it leads out of it."""
    if os.path.isabs(path):
        path = os.path.relpath(path, root)
    normal = os.path.normpath(path)
    return None if normal == ".." or normal.startswith("../") else normal


def real_inside(root: str, path: str) -> str | None:
    """The same, behind symbolic links: of the folder where the files are that a path leads to."""
    return inside(os.path.realpath(root), os.path.realpath(os.path.join(root, path)))


def behind_links(root: str, path: str) -> list[str]:
    """A path relative to the repository, and where symbolic links on its way lead to.

    To git a link is a file of its own, and nothing is below it; so what an author means by a path
    through a link is the link and what it leads to.
    """
    named = inside(root, path) or path
    found = [named]
    parts = named.split("/")
    for count in range(1, len(parts) + 1):
        here = "/".join(parts[:count])
        if has_magic(here):
            break
        if os.path.islink(os.path.join(root, here)):
            target = real_inside(root, "/".join(parts))
            return [*found, here, *([target] if target else [])]
    return found


def listed(value: str | list[str]) -> list[str]:
    """One or many, as a list."""
    return [value] if isinstance(value, str) else list(value)


class Paths:
    """Checks of paths against the files of one repository; what was looked up once is known."""

    def __init__(self, root: str, made_in: list[str]) -> None:
        """Look below `root`; files below the folders `made_in` are made by jobs."""
        self._root = root
        self._made_in = [os.path.normpath(folder) for folder in made_in]
        self._known: dict[str, bool] = {}

    def check_files(self, workflow: WorkflowConfig) -> Iterator[Finding]:
        """Files that a workflow names and that are not there."""
        artifacts = {artifact.name: artifact for artifact in workflow.artifacts}
        for docker in workflow.dockers:
            yield from self._check_docker(docker)
        for job in workflow.jobs:
            yield from self._check_digest(job)
            yield from self._check_command(job, "command", artifacts)
            yield from self._check_command(job, "rerun_command", artifacts)
        for field in ("pre_hooks", "post_hooks"):
            yield from self._check_hooks(workflow, field)

    def check_inside(self, thing: Declared, field: str) -> Iterator[Finding]:
        """Paths of a field that lead out of the repository."""
        for path in listed(getattr(thing, field)):
            if path and inside(self._root, path) is None:
                text = f"'{field}' of {called(thing)} leads out of the repository: '{shown(path)}'."
                hint = "Write it relative to the repository's root, and let the job leave it there."
                yield Finding(place_of(thing, field), codes.OUTSIDE_PATH, text, hint)

    def _check_docker(self, docker: DockerConfig) -> Iterator[Finding]:
        if docker.path and not self._exists(docker.path):
            text = f"The folder '{shown(docker.path)}' of {called(docker)} does not exist."
            yield Finding(place_of(docker, "path"), codes.MISSING_FILE, text)

    def _check_digest(self, job: JobConfig) -> Iterator[Finding]:
        digest = job.digest_config
        if digest is None:
            return
        for field in ("include_paths", "exclude_paths"):
            for path in getattr(digest, field):
                if not self._exists(path):
                    text = f"'{field}' names '{shown(path)}', which does not exist."
                    yield Finding(place_of(digest, field), codes.MISSING_FILE, text, _GLOB_HINT)

    def _check_command(
        self, job: JobConfig, field: str, artifacts: Mapping[str, ArtifactConfig]
    ) -> Iterator[Finding]:
        severity: Severity = "error"
        line = getattr(job, field)
        path = started_file(line)
        if not path:
            path, severity = read_file(line), "warning"
        if not path or self._exists(path) or self._is_made(path):
            return
        required = [artifacts[name] for name in job.requires if name in artifacts]
        if job.pre_hooks or any(self._brings(artifact, path) for artifact in required):
            return
        what = "The command" if field == "command" else f"'{field}'"
        text = f"{what} names '{shown(path)}', which does not exist."
        yield Finding(place_of(job, field), codes.MISSING_FILE, text, severity=severity)

    def _check_hooks(self, workflow: WorkflowConfig, field: str) -> Iterator[Finding]:
        for hook in getattr(workflow, field):
            path = started_file(hook) if isinstance(hook, str) else ""
            if path and not self._exists(path) and not self._is_made(path):
                text = f"'{field}' names '{shown(path)}', which does not exist."
                yield Finding(place_of(workflow, field), codes.MISSING_FILE, text)

    def _brings(self, artifact: ArtifactConfig, path: str) -> bool:
        """Whether an artifact may hold the file of that path."""
        normal = os.path.normpath(path)
        for pattern in listed(artifact.path):
            kept = inside(self._root, pattern)
            if kept is not None and (
                kept == "." or fnmatch(normal, kept) or fnmatch(normal, f"{kept}/*")
            ):
                return True
        return False

    def _is_made(self, path: str) -> bool:
        normal = inside(self._root, path) or ".."
        return any(normal == folder or normal.startswith(f"{folder}/") for folder in self._made_in)

    def _exists(self, path: str) -> bool:
        known = self._known.get(path)
        if known is None:
            known = self._known[path] = self._look(path)
        return known

    def _look(self, path: str) -> bool:
        try:
            if os.path.exists(os.path.join(self._root, path)):
                return True
            if not has_magic(path):
                return False
            return any(True for _ in iglob(path, root_dir=self._root, recursive=True))
        except ValueError:  # a NUL character in it
            return False


_GLOB_HINT = "Paths start at the repository's root."
