"""Plans of requested runs, compiled from the code of commits or archives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import structs

from praktika.errors import AuthorError, OperatorError
from praktika.model.events import RunRequested
from praktika.model.plan import Compilation, Plan
from praktika.model.problem import Problem
from praktika.model.task import RunFile
from praktika.pipeline import codes
from praktika.ports.checkouts import Checkouts, Commit
from praktika.runner.sources import Sources
from praktika.wiring.checkout import compile_declaration
from praktika.wiring.places import scratch_folder
from praktika.wiring.plans.base import base_of
from praktika.wiring.plans.planning import decided, of_source
from praktika.wiring.plans.settling import settled
from praktika.wiring.stores import Stores


class Planner:
    """Makes the plans of runs.

    Args:
        stores: of the installation.
        checkouts: where commits come from.
    """

    def __init__(self, stores: Stores, checkouts: Checkouts) -> None:
        self._stores = stores
        self._checkouts = checkouts

    def settle(self, request: RunRequested) -> RunRequested:
        """See `settled`."""
        return settled(request, self._checkouts)

    def make_plan(self, request: RunRequested) -> Plan:
        """The plan of the requested workflow.

        It is compiled from the run's own code, or from the commit that the request names for that:
        then nothing in the code decides what runs, and where. Keys are of the run's own code.

        Raises:
            AuthorError: the declaration has errors, or no such workflow.
            OperatorError, TransientError: the code cannot be had.
        """
        with scratch_folder("plan") as folder:
            sources = Sources(blobs=self._stores.blobs, unpacked=folder, checkouts=self._checkouts)
            with sources.code_of(_run_file(request)) as source:
                with self._declaration(request, source, folder) as root:
                    compilation = compile_declaration(root, request.facts)
                    if any(problem.severity == "error" for problem in compilation.problems):
                        raise AuthorError(compilation.problems)
                    evaluated = compilation.settings
                    base = base_of(root, evaluated, request.facts.trust, self._stores)
                for plan in compilation.plans:
                    if plan.workflow == request.workflow:
                        files = of_source(source, request)
                        based = structs.replace(plan, base=base)
                        return decided(based, request, files, self._stores)
        return _without(request, compilation)

    @contextmanager
    def _declaration(self, request: RunRequested, source: Path, folder: Path) -> Iterator[Path]:
        """The folder whose declaration counts: a whole checkout, as it may read other files."""
        if not request.declared and request.facts.trust != "trusted":
            raise OperatorError("what strangers write does not declare what runs: no base is known")
        if request.declared in {"", request.facts.sha}:
            yield source
            return
        if not request.remote:
            raise OperatorError(
                f"the declaration of {request.declared} cannot be had: the run has no remote"
            )
        place = folder / "declared" / (Path(request.name).name or "source")
        branch = request.facts.base_branch
        commit = Commit(remote=request.remote, sha=request.declared, branch=branch)
        with self._checkouts.checkout(commit, place):
            yield place


def _run_file(request: RunRequested) -> RunFile:
    return RunFile(
        run="",
        name=request.name,
        plan="",
        facts=request.facts,
        source=request.source,
        remote=request.remote,
        merge=request.merge,
    )


def _without(request: RunRequested, compilation: Compilation) -> Plan:
    """What to do without the workflow.

    A change that removes one has to pass; somebody who asks for one by hand has made a mistake.
    """
    if request.subject is None:
        known = ", ".join(f"'{plan.workflow}'" for plan in compilation.plans)
        raise AuthorError(text=f"there is no workflow '{request.workflow}'; there are {known}")
    sha = request.declared or request.facts.sha
    warning = Problem(
        file="ci",
        line=0,
        code=codes.GONE_WORKFLOW,
        text=f"There is no workflow '{request.workflow}' in {sha[:12]}, so nothing runs.",
        severity="warning",
    )
    return Plan(workflow=request.workflow, event=request.facts.event, jobs=(), warnings=(warning,))
