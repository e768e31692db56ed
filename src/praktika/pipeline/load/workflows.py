"""One workflow file after its execution: its workflows, or why there are none."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from praktika.pipeline import codes
from praktika.pipeline.check.sound import said
from praktika.pipeline.declare.declared import place_of
from praktika.pipeline.declare.workflow import WorkflowConfig
from praktika.pipeline.finding import Finding, Place
from praktika.pipeline.suggest import is_misspelt

NAME = "WORKFLOWS"
_HINT = "Write WORKFLOWS = [workflow]."
_RESEMBLING = frozenset({"WORKFLOW", "WORKFLOW_LIST", "WORKFLOWS_LIST", "ALL_WORKFLOWS"})


def workflows_of(module: ModuleType, path: str, findings: list[Finding]) -> list[WorkflowConfig]:
    """The workflows that a file puts into WORKFLOWS; what is wrong with it goes to `findings`."""
    value = vars(module)[NAME]
    place: Place = (path, 0)
    if not isinstance(value, list | tuple):
        text = f"WORKFLOWS is {said(value)}, not a list of Workflows."
        findings.append(Finding(place, codes.WORKFLOWS_TYPE, text, _HINT))
        return []
    for index, one in enumerate(value):
        if not isinstance(one, WorkflowConfig):
            text = f"WORKFLOWS[{index}] is {said(one)}, not a Workflow."
            hint = "Write '*' before a list to unpack it." if isinstance(one, list) else ""
            findings.append(Finding(place, codes.WORKFLOWS_TYPE, text, hint))
    return [one for one in value if isinstance(one, WorkflowConfig)]


def misspelt(module: ModuleType, path: str) -> Iterator[Finding]:
    """A finding for a name that must have been meant as WORKFLOWS."""
    for name, value in vars(module).items():
        is_near = name.upper() in _RESEMBLING or is_misspelt(name, NAME)
        is_one = isinstance(value, WorkflowConfig) and not name.islower()
        if is_near and (is_one or isinstance(value, list | tuple)) and not name.startswith("_"):
            line = place_of(value)[1] if isinstance(value, WorkflowConfig) else 0
            text = f"The file defines '{name}' but no WORKFLOWS."
            yield Finding((path, line), codes.MISSPELT_WORKFLOWS, text, _HINT)
            return


def own_workflows(module: ModuleType, path: str) -> list[WorkflowConfig]:
    """The workflows that were built in a file and that its names hold."""
    found: list[WorkflowConfig] = []
    for value in vars(module).values():
        items = value if isinstance(value, list | tuple) else (value,)
        found.extend(
            one for one in items if isinstance(one, WorkflowConfig) and place_of(one)[0] == path
        )
    return found


def unlisted(workflow: WorkflowConfig) -> Finding:
    """The finding that a workflow was built and put into no WORKFLOWS."""
    text = f"Workflow '{workflow.name}' is in no WORKFLOWS."
    return Finding(place_of(workflow), codes.MISSPELT_WORKFLOWS, text, _HINT)
