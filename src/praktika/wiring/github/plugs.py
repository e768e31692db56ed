"""What GitHub brings along for `praktika serve`: its loops, webhooks, permissions, workflows."""

from __future__ import annotations

from functools import partial

from structlog.typing import FilteringBoundLogger

from praktika.adapters.github.payloads import notices
from praktika.adapters.github.signature import Signatures
from praktika.checks.announce import CHECKS, LATER
from praktika.engine.routing import route as routing
from praktika.engine.routing.inputs import checked
from praktika.errors import Absent, AuthorError
from praktika.intake.asking.requests import dispatch_id
from praktika.intake.kept import keys
from praktika.intake.names import NOTICES, group_of
from praktika.intake.reception import Reception
from praktika.model.forge import Subject, may_write
from praktika.model.notices import Dispatched
from praktika.model.routes import Occasion, Route, RoutingTable
from praktika.model.wire import WireError, decode, encode
from praktika.ports.forge import Forge
from praktika.web.shapes import DispatchWish
from praktika.wiring.github.identity import with_key
from praktika.wiring.github.installation import GitHub
from praktika.wiring.github.loops import STALE, announce_all, loops_of
from praktika.wiring.github.pages.announce import QUEUE as PAGES
from praktika.wiring.github.settings import GitHubSettings
from praktika.wiring.github.tokens import RunnerTokens
from praktika.wiring.serve import Plugs
from praktika.wiring.serving.loops import Loop, again
from praktika.wiring.stores import Stores

_CLOCK = 5.0


def plugs(settings: GitHubSettings, stores: Stores, log: FilteringBoundLogger, url: str) -> Plugs:
    """What a server of these repositories needs.

    Args:
        settings: see there.
        stores: of the installation.
        log: is told of what happens.
        url: where people reach the server, without a "/" at the end; "" if nobody can.

    Raises:
        OperatorError: the settings cannot be worked with.
    """
    github = GitHub(
        with_key(settings, stores.clock),
        settings.repositories,
        stores,
        log,
        page=lambda run: f"{url}/runs/{run}" if url else "",
    )
    github.make_queues()
    tokens = RunnerTokens(github.tokens, stores)
    return Plugs(
        loops=(
            *loops_of(github, stores.pace.wait),
            Loop(name="schedules", serve=again(github.tick, _CLOCK), stale=STALE),
            Loop(
                name="reconciler",
                serve=again(github.reconcile, settings.every),
                stale=STALE + settings.every,
            ),
        ),
        receive=_reception(settings, github, stores, log).receive,
        may_act=lambda login, repository: may_write(github.forge.permission(repository, login)),
        is_current=partial(_is_current, github.forge),
        dispatcher=ForgeDispatcher(settings.repositories, stores, github.forge),
        queues=(NOTICES, CHECKS, LATER, PAGES),
        requests_left=github.requests_left,
        checkouts=github.checkouts,
        announce=partial(announce_all, stores.queue),
        tokens=tokens,
        secrets=tokens.secrets,
    )


def _reception(
    settings: GitHubSettings, github: GitHub, stores: Stores, log: FilteringBoundLogger
) -> Reception:
    return Reception(
        queue=stores.queue,
        clock=stores.clock,
        allowed=github.allowed,
        verify=Signatures(settings.secrets).accepts,
        understand=partial(notices, app=int(settings.app)),
        log=log,
    )


def _is_current(forge: Forge, subject: Subject) -> bool:
    """Whether a pull request is open and still at the commit of a run."""
    pull = forge.pull(subject.repository, subject.number) if subject.number else None
    return pull is None or (pull.is_open and pull.head_sha == subject.sha)


class ForgeDispatcher:
    """Starts workflows of repositories that are served, as their default branches say.

    Args:
        repositories: `owner/name` of each.
        stores: of the installation.
        forge: knows the branches.
    """

    def __init__(self, repositories: tuple[str, ...], stores: Stores, forge: Forge) -> None:
        self._repositories = repositories
        self._stores = stores
        self._forge = forge

    def tables(self) -> list[RoutingTable]:
        """The tables of those whose default branch has been compiled."""
        found = (self._table(name) for name in self._repositories)
        return [table for table in found if table is not None]

    def dispatch(self, wish: DispatchWish, by: str, delivery: str) -> str:
        """The id of the run; see `Dispatcher`."""
        table = self._table(wish.repository)
        if table is None:
            known = ", ".join(self._repositories)
            raise Absent(f"there is no repository '{wish.repository}' here; there are {known}")
        route = _route(table, wish.workflow)
        self._check_branch(table, route, wish.branch)
        notice = Dispatched(
            delivery=delivery,
            repository=table.repository,
            sender=by,
            at=self._stores.clock.now(),
            workflow=route.workflow,
            branch=wish.branch,
            inputs=checked(route.inputs, wish.inputs),
        )
        run = dispatch_id(table.repository, route.workflow, delivery)
        # The run's id: whoever asks elsewhere may name the request alike.
        group = group_of(notice)
        self._stores.queue.send(NOTICES, [encode(notice)], group=group, identity=[run])
        return run

    def _check_branch(self, table: RoutingTable, route: Route, branch: str) -> None:
        """Refuse now what the intake would have to refuse later, when nobody looks."""
        name = branch or self._forge.repository(table.repository).main
        try:
            self._forge.commit(table.repository, name)
        except Absent:
            raise AuthorError(text=f"{table.repository} has no branch '{name}'") from None
        occasion = Occasion(event="dispatch", workflow=route.workflow, branch=name)
        if not routing.route(table, occasion):
            allowed = ", ".join(f"'{each}'" for each in route.branches)
            raise AuthorError(
                text=f"'{route.workflow}' is not for branch '{name}'; it is for {allowed}"
            )

    def _table(self, name: str) -> RoutingTable | None:
        served = {each.lower(): each for each in self._repositories}
        if name.lower() not in served:
            return None
        try:
            data = self._stores.blobs.get(keys.table(served[name.lower()]))
            return decode(data, RoutingTable)
        except (Absent, WireError):
            return None


def _route(table: RoutingTable, workflow: str) -> Route:
    """The route of a workflow that can be dispatched."""
    found = {route.workflow: route for route in table.routes if route.event == "dispatch"}
    if workflow not in found and any(workflow == route.workflow for route in table.routes):
        raise AuthorError(text=f"'{workflow}' is not started by hand: its event is another one")
    if workflow not in found:
        there = ", ".join(f"'{name}'" for name in found) or "none"
        raise Absent(f"no workflow '{workflow}' can be dispatched; there are {there}")
    return found[workflow]
