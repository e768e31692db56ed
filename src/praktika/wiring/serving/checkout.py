"""Workflows of the checkout that a server stands in, where no forge is configured."""

from __future__ import annotations

import threading
from pathlib import Path

from msgspec import structs

from praktika.engine.routing.inputs import checked
from praktika.errors import Absent, AuthorError
from praktika.model.events import RunRequested
from praktika.model.plan import Compilation
from praktika.model.routes import RoutingTable
from praktika.web.shapes import DispatchWish
from praktika.wiring.checkout import Checkout, compile_declaration, find_checkout
from praktika.wiring.runs.requests import submit
from praktika.wiring.stores import Stores

_FRESH = 10.0
"""Seconds for which a compiled declaration is taken for the present one, for lists."""


class CheckoutDispatcher:
    """Starts the workflows of a checkout, as `praktika run --detach` does.

    Args:
        root: of the checkout.
        stores: of the installation.
    """

    def __init__(self, root: Path, stores: Stores) -> None:
        self._root = root
        self._stores = stores
        self._lock = threading.Lock()
        self._at = float("-inf")
        self._table: RoutingTable | None = None

    def tables(self) -> list[RoutingTable]:
        """The only one, a few seconds old at most."""
        with self._lock:
            now = self._stores.clock.monotonic()
            if self._table is None or now - self._at > _FRESH:
                place, compilation = self._compiled()
                self._table = self._table_of(place, compilation)
                self._at = now
            return [self._table]

    def labels(self) -> list[str]:
        """The labels that its jobs ask for; none where it cannot be compiled."""
        _, compilation = self._compiled()
        found = (job.runs_on[0] for plan in compilation.plans for job in plan.jobs if job.runs_on)
        return list(dict.fromkeys(found))

    def dispatch(self, wish: DispatchWish, by: str, delivery: str) -> str:
        """The id of the run of the checkout as it is now; see `Dispatcher`."""
        place, compilation = self._compiled()
        if wish.repository != place.facts.repository:
            raise Absent(f"there is no repository '{wish.repository}' here")
        routes = {route.workflow: route for route in compilation.routes}
        if wish.workflow not in routes:
            problems = self._table_of(place, compilation).problems
            raise AuthorError(text=problems) if problems else _no_workflow(wish, list(routes))
        if wish.branch not in {"", place.facts.branch}:
            raise AuthorError(
                text=f"This server runs its checkout as it is: '{place.facts.branch}'."
            )
        inputs = checked(routes[wish.workflow].inputs, wish.inputs)
        facts = structs.replace(place.facts, actor=by, inputs=inputs)
        request = RunRequested(
            at=self._stores.clock.now(),
            workflow=wish.workflow,
            repository=facts.repository,
            sha=facts.sha,
            branch=facts.branch,
            by=by,
            dirty=facts.dirty,
            facts=facts,
        )
        return submit(place, self._stores, request, delivery)

    def _compiled(self) -> tuple[Checkout, Compilation]:
        place = find_checkout(self._root)
        return place, compile_declaration(place.root, place.facts)

    def _table_of(self, place: Checkout, compilation: Compilation) -> RoutingTable:
        wrong = [str(each) for each in compilation.problems if each.severity == "error"]
        return RoutingTable(
            repository=place.facts.repository,
            sha=place.facts.sha,
            at=self._stores.clock.now(),
            routes=() if wrong else compilation.routes,
            problems="\n".join(wrong),
        )


def _no_workflow(wish: DispatchWish, known: list[str]) -> Absent:
    there = ", ".join(f"'{name}'" for name in known) or "none"
    return Absent(f"there is no workflow '{wish.workflow}'; there are {there}")
