"""`praktika serve`: everything that a small team needs, in one process.

The web server has the main thread; the orchestrator and whatever else goes on are loops, each in a
thread of its own; runners are processes below this one. It may be killed at any line: all that it
knows is in the stores, and what it had begun goes on when it is started again.
"""

from __future__ import annotations

import importlib
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from structlog.typing import FilteringBoundLogger

from praktika.engine.run import Run
from praktika.errors import Conflict, OperatorError
from praktika.model.facts import Trust
from praktika.orchestrator import names
from praktika.ports.checkouts import Checkouts
from praktika.ports.queue import dead_letters
from praktika.web.surface import Answer, Surface, TokenDesk
from praktika.wiring.runner import BROKER, BROKER_SECRET
from praktika.wiring.runs.presence import presence
from praktika.wiring.service import Service
from praktika.wiring.serving.books import StoredBooks
from praktika.wiring.serving.checkout import CheckoutDispatcher
from praktika.wiring.serving.desk import Dispatcher, IsCurrent, MayAct, OpenDesk
from praktika.wiring.serving.figures import look, measure
from praktika.wiring.serving.hosts import host_loops
from praktika.wiring.serving.loops import Loop, Loops, again
from praktika.wiring.serving.tokens import Tokens
from praktika.wiring.stores import Stores

_NAME = "serve"
_TURNS = 2
_PLANNING = 600.0
"""Seconds that dealing with an event may take: a plan may have to fetch a large repository."""

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the server is to be.

    Attributes:
        root: of the checkout whose settings and state count.
        host: address to listen on.
        port: 0 means any.
        runners: by label, how many jobs run at a time.
        untrusted: the same of runners that serve code from outside, and nothing else.
        url: where people find it, without a "/" at its end; "" if that is not known.
        is_public: whether anybody may read.
    """

    root: Path
    host: str = "127.0.0.1"
    port: int = 8080
    runners: Mapping[str, int] = field(default_factory=dict)
    untrusted: Mapping[str, int] = field(default_factory=dict)
    url: str = ""
    is_public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugs:
    """What a forge brings along; without one, the server starts what people ask for.

    Attributes:
        loops: what else goes on: intake, checks, schedules.
        receive: takes webhooks.
        may_act: whether a login may change what runs in a repository.
        is_current: whether what a run is for still is what would be merged.
        dispatcher: starts workflows; None means those of the checkout.
        queues: names of queues that are measured, too.
        requests_left: see `Measures`.
        checkouts: where commits come from; None means from remotes that need no token.
        announce: is told whenever a run has moved.
        tokens: gives runners tokens of the forge.
        secrets: that runners show for them, by the trust of the code that they serve.
    """

    loops: tuple[Loop, ...] = ()
    receive: Callable[[Mapping[str, str], bytes], Answer] | None = None
    may_act: MayAct = lambda _login, _repository: True
    is_current: IsCurrent = lambda _subject: True
    dispatcher: Dispatcher | None = None
    queues: tuple[str, ...] = ()
    requests_left: Callable[[], Mapping[tuple[str, str], int]] = dict
    checkouts: Checkouts | None = None
    announce: Callable[[str, Run], None] = lambda _run, _state: None
    tokens: TokenDesk | None = None
    secrets: Mapping[Trust, str] = field(default_factory=dict, repr=False)


def serve(
    settings: Settings,
    stores: Stores,
    log: FilteringBoundLogger,
    *,
    plugs: Plugs,
    while_true: Callable[[], bool],
    on_ready: Callable[[str], None],
) -> None:
    """Serve until `while_true` says otherwise.

    Args:
        settings: how.
        stores: of the installation.
        log: is told of trouble.
        plugs: what a forge brings along.
        while_true: asked ten times a second.
        on_ready: is told the address once requests are answered.

    Raises:
        OperatorError: another one serves this folder, the address is taken, or something that the
            server needs is not installed.
    """
    app, listening = _web()
    with _alone(stores), _listener(settings) as listener:
        hosts = _hosts(settings, plugs, _here(settings, listener))
        loops = Loops((*_orchestrator(stores, log, plugs), *hosts, *plugs.loops), log)
        surface = _surface(settings, stores, loops, plugs)
        loops.start()
        try:
            on_ready(_address(settings, listener))
            listening.listen(app.build_app(surface, log), listener, while_true=while_true)
        finally:
            for name in loops.end():
                log.warning("loop.slow", loop=name)


def _surface(settings: Settings, stores: Stores, loops: Loops, plugs: Plugs) -> Surface:
    books = StoredBooks(stores)
    dispatcher = plugs.dispatcher or CheckoutDispatcher(settings.root, stores)
    tasks = map(names.tasks, settings.runners)
    strangers = (names.tasks(label, "untrusted") for label in settings.untrusted)
    own = (names.INBOX, names.ALARMS, *tasks, *strangers, *plugs.queues)
    queues = [*own, *map(dead_letters, own)]
    return Surface(
        books=books,
        desk=OpenDesk(stores, books, plugs.may_act, dispatcher, is_current=plugs.is_current),
        login_of=Tokens(stores.state).login_of,
        health=partial(look, stores, loops),
        measure=lambda: replace(
            measure(stores, books, loops, queues), requests_left=plugs.requests_left()
        ),
        receive=plugs.receive,
        tokens=plugs.tokens,
        url=settings.url,
        is_public=settings.is_public,
        starts_all=plugs.dispatcher is None,
        are_metrics_public=settings.host in _LOOPBACK,
    )


def _orchestrator(stores: Stores, log: FilteringBoundLogger, plugs: Plugs) -> list[Loop]:
    service = Service(stores, log, checkouts=plugs.checkouts, announce=plugs.announce)
    service.make_queues()
    count = 1 if stores.is_remote else _TURNS  # each costs money while it waits
    turns = [
        Loop(name=f"orchestrator {number}", serve=again(service.turn), stale=_PLANNING)
        for number in range(1, count + 1)
    ]
    return [*turns, Loop(name="alarms", serve=again(service.ring), stale=_PLANNING)]


def _hosts(settings: Settings, plugs: Plugs, here: str) -> list[Loop]:
    counts: dict[Trust, Mapping[str, int]] = {
        "trusted": settings.runners,
        "untrusted": settings.untrusted,
    }
    found: list[Loop] = []
    for trust, labels in counts.items():
        secret = plugs.secrets.get(trust, "")
        more = {BROKER: here, BROKER_SECRET: secret} if plugs.tokens else {}
        found += host_loops(settings.root, labels, trust, more)
    return found


@contextmanager
def _alone(stores: Stores) -> Iterator[None]:
    """Be the only server of this folder."""
    try:
        with presence(stores.state, _NAME):
            yield
    except Conflict as error:
        raise OperatorError(
            f"another `praktika serve` serves {stores.state}. End it first; runs that it has begun "
            "go on here."
        ) from error


@contextmanager
def _listener(settings: Settings) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host, settings.port), family=family, backlog=512)
    except OSError as error:
        raise OperatorError(
            f"cannot listen on {settings.host} port {settings.port}: {error.strerror or error}. "
            "`--port` names another one."
        ) from error
    with listener:
        yield listener


def _here(settings: Settings, listener: socket.socket) -> str:
    """The address for processes of this machine."""
    if settings.host in {"0.0.0.0", "::", ""}:  # noqa: S104 - compared, not listened on
        return f"http://127.0.0.1:{listener.getsockname()[1]}"
    return _address(settings, listener)


def _address(settings: Settings, listener: socket.socket) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{listener.getsockname()[1]}"


def _web() -> tuple[Any, Any]:
    """The modules of the web room that need what only servers have installed.

    Raises:
        OperatorError: it is not installed.
    """
    try:
        return (
            importlib.import_module("praktika.web.app"),
            importlib.import_module("praktika.web.http.listen"),
        )
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "praktika":
            raise
        raise OperatorError(
            f"`praktika serve` needs {error.name}, which is not installed: "
            "pip install 'praktika[server]'"
        ) from error
