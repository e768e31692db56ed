"""Artifacts that are published as pages: each in a folder of its own, which is inside."""

from __future__ import annotations

from collections.abc import Iterator

from praktika.pipeline import codes
from praktika.pipeline.check.sound import called, shown
from praktika.pipeline.declare.artifact import ArtifactConfig, ArtifactType
from praktika.pipeline.declare.declared import place_of
from praktika.pipeline.declare.workflow import WorkflowConfig, WorkflowEngine, WorkflowEvent
from praktika.pipeline.finding import Finding, warning


def folder_of(target: str) -> str:
    """The folder that `publish` names, in its plainest form."""
    return "/".join(part for part in target.split("/") if part not in {"", "."})


def check_published(workflow: WorkflowConfig) -> Iterator[Finding]:
    """What is wrong with `publish` of a workflow's artifacts."""
    known: dict[str, ArtifactConfig] = {}
    for artifact in workflow.artifacts:
        if not artifact.publish:
            continue
        place, folder = place_of(artifact, "publish"), folder_of(artifact.publish)
        yield from _check_folder(artifact, folder)
        if artifact.type == ArtifactType.PHONY:
            text = f"'publish' of {called(artifact)}, which is a mere name, has no effect."
            yield warning(place, codes.NO_EFFECT, text)
        elif workflow.event != WorkflowEvent.PUSH:
            text = f"'publish' of {called(artifact)} has no effect on event '{workflow.event}'."
            hint = "Artifacts are published after a push to the default branch."
            yield warning(place, codes.NO_EFFECT, text, hint)
        elif workflow.engine == WorkflowEngine.GH_ACTIONS:
            text = f"'publish' of {called(artifact)} has no effect: GitHub Actions run it."
            hint = "A praktika server publishes artifacts of the runs that are its own."
            yield warning(place, codes.NO_EFFECT, text, hint)
        other = next((known[it] for it in known if _overlap(it, folder)), None)
        if other is not None:
            text = f"{called(artifact)} is published where {called(other)} is: '{shown(folder)}'."
            yield Finding(place, codes.PROVIDED_TWICE, text, "Give each a folder of its own.")
        known.setdefault(folder, artifact)


def _check_folder(artifact: ArtifactConfig, folder: str) -> Iterator[Finding]:
    parts = folder.split("/")
    is_inside = folder and not artifact.publish.startswith("/") and ".." not in parts
    if not is_inside or any(part.lower() in {".git", ".nojekyll"} for part in parts):
        text = f"'publish' of {called(artifact)} is no folder: '{shown(artifact.publish)}'."
        hint = 'Name one of the branch\'s own, such as publish="reports/coverage".'
        yield Finding(place_of(artifact, "publish"), codes.OUTSIDE_PATH, text, hint)


def _overlap(one: str, other: str) -> bool:
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")
