"""Dispatches that are asked for here, not by a webhook."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from praktika.adapters.memory import ManualClock, MemoryBlobs, MemoryForge, MemoryQueue
from praktika.errors import Absent, AuthorError
from praktika.intake.kept import keys
from praktika.intake.names import NOTICES
from praktika.model.forge import Repository
from praktika.model.notices import Dispatched, decode_notice
from praktika.model.routes import Route, RoutingTable
from praktika.model.wire import encode
from praktika.web.shapes import DispatchWish
from praktika.wiring.github.plugs import ForgeDispatcher
from praktika.wiring.remote.dispatch import send_dispatch

SERVED = ("acme/shop", "acme/tools")


class Scene:
    def __init__(self) -> None:
        clock = ManualClock()
        self.stores = SimpleNamespace(clock=clock, blobs=MemoryBlobs(), queue=MemoryQueue(clock))
        self.stores.queue.create(NOTICES)
        self.forge = MemoryForge()
        for name in SERVED:
            self.forge.put_repository(Repository(name=name, id=1, main="main", url=""))
            self.forge.put_branch(name, "main", "a" * 40)
            self.forge.put_branch(name, "feature", "b" * 40)
            routes = (
                Route(workflow="Deploy", event="dispatch", branches=("main",)),
                Route(workflow="Clean", event="dispatch"),
                Route(workflow="Tests", event="push"),
            )
            table = RoutingTable(repository=name, sha="a" * 40, at=0.0, routes=routes)
            self.stores.blobs.put(keys.table(name), encode(table))

    def dispatch(
        self,
        repository: str,
        workflow: str = "Deploy",
        names: tuple[str, ...] = SERVED,
        branch: str = "",
    ):
        wish = DispatchWish(repository=repository, workflow=workflow, branch=branch)
        dispatcher = ForgeDispatcher(names, self.stores, self.forge)  # type: ignore[arg-type]
        return dispatcher.dispatch(wish, "ann", "nightly")

    def heard(self) -> list[tuple[str, str]]:
        found = (decode_notice(each.body) for each in self.stores.queue.receive(NOTICES, limit=100))
        return sorted((each.repository, each.workflow) for each in found)  # type: ignore[union-attr]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_request_that_is_named_like_one_elsewhere_is_another_one(scene):
    """Whoever may write to one repository keeps nothing of another one from being heard."""
    asked = {scene.dispatch(name, flow) for name in SERVED for flow in ("Deploy", "Clean", "Clean")}
    assert len(asked) == 4
    assert scene.heard() == [(name, flow) for name in SERVED for flow in ("Clean", "Deploy")]


def test_so_it_is_with_requests_of_the_command_line(scene):
    for name in (*SERVED, *SERVED):
        notice = Dispatched(delivery="nightly", repository=name, workflow="Deploy")
        send_dispatch(scene.stores, notice)
    assert scene.heard() == [(name, "Deploy") for name in SERVED]


def test_the_case_of_a_name_does_not_matter(scene):
    """GitHub says how a name is spelled; the settings and people say it as they like."""
    run = scene.dispatch("acme/SHOP", names=("Acme/Shop",))
    assert scene.heard() == [("acme/shop", "Deploy")]
    assert run == scene.dispatch("acme/shop")
    with pytest.raises(Absent):
        scene.dispatch("acme/tools", names=("Acme/Shop",))


@pytest.mark.parametrize(
    ("workflow", "branch", "why"),
    [
        ("Clean", "nowhere", "no branch 'nowhere'"),
        ("Deploy", "feature", "not for branch 'feature'; it is for 'main'"),
        ("Tests", "", "not started by hand"),
    ],
)
def test_what_the_intake_would_refuse_is_refused_at_once(scene, workflow, branch, why):
    """Nobody looks at the log for a run that never comes."""
    with pytest.raises(AuthorError, match=why):
        scene.dispatch("acme/shop", workflow, branch=branch)
    assert scene.heard() == []
    assert scene.dispatch("acme/shop", "Clean", branch="feature")
