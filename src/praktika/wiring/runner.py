"""A runner, in this process."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import praktika
from praktika import process_tree
from praktika.adapters.local.git.call import REPOSITORY_VARIABLES
from praktika.model.facts import Trust
from praktika.model.task import Task
from praktika.model.tokens import Attempt
from praktika.orchestrator import names
from praktika.ports.tokens import TokenBroker
from praktika.runner.access.wallet import Wallet
from praktika.runner.bench import Bench
from praktika.runner.container import remove_left
from praktika.runner.loop import Mailbox, Runner
from praktika.wiring.checkouts import CREDENTIALS, open_checkouts
from praktika.wiring.cloud.machine import request_signer, stores_of_runner, verified
from praktika.wiring.jobs import check_reach, job_user, limits
from praktika.wiring.places import work_folder
from praktika.wiring.stores import Stores

BROKER = "PRAKTIKA_BROKER"
BROKER_SECRET = "PRAKTIKA_BROKER_SECRET"  # noqa: S105 - the name of a variable
"""Variables that name a server that gives tokens of a forge, and hold what runners show it."""

TAKEN = "PRAKTIKA_TAKEN_FD"
"""Names the pipe in which a controller hears that its task is kept here."""

UNABLE = "PRAKTIKA_NO_VENV"
"""Says why this machine cannot do what the run asks for; the attempt ends with that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What a runner serves: the tasks of one local run, or those of a label.

    Attributes:
        root: of the checkout whose settings and state count.
        name: of the runner.
        run: id of the only run to serve, or "".
        label: what it serves otherwise.
        work: name of the folder for workspaces; the run's own if it serves one.
        trust: of the code that it serves.
    """

    root: Path
    name: str
    run: str = ""
    label: str = ""
    work: str = ""
    trust: Trust = "trusted"


def build_runner(service: Service) -> Runner:
    """A runner that goes on.

    Raises:
        OperatorError: the stores cannot be opened.
    """
    return _runner(service, verified(stores_of_runner(service.root), service.name))


def serve_message(service: Service, file: Path, *, while_true: Callable[[], bool]) -> bool:
    """Deal with the one task that this machine's controller has leased; whether that was done.

    Args:
        service: see there.
        file: the task.
        while_true: whether the controller lives.

    Raises:
        OperatorError: the stores cannot be opened, or the file cannot be read.
    """
    # Loaded only on machines of a cloud.
    handed = importlib.import_module("praktika.adapters.aws.handed")
    task = handed.HandedTask(file, handed.tell_taken(TAKEN))
    stores = stores_of_runner(service.root)
    stores = verified(replace(stores, queue=task.in_front_of(stores.queue)), service.name)
    # What one that was killed here has left.
    remove_left(work_folder(service.work) / service.name, os.environ)
    _runner(service, stores, why_ended=task.why_ended).serve_one(while_true=while_true)
    return bool(task.is_settled)


def _runner(service: Service, stores: Stores, *, why_ended: Callable[[], str] = str) -> Runner:
    process_tree.become_subreaper()
    name, run, work = service.name, service.run, service.work
    folder = work_folder(work or run)
    wallet = _wallet(service.root, stores)
    # The runners of a local run are the author's own, and so are its jobs.
    user = None if run else job_user(service.trust)
    library = _library(folder if user else stores.state)
    if user is not None:
        check_reach(user, library / "praktika" / "__init__.py")
    return Runner(
        Bench(
            blobs=stores.blobs,
            clock=stores.clock,
            secrets=stores.secrets,
            work=folder,
            sources=folder / "sources",
            library=library,
            checkouts=open_checkouts(wallet.credentials) if wallet else open_checkouts(),
            wallet=wallet,
            name=name,
            owner=work or run,
            inherited=_inherited(),
            trust=service.trust,
            user=user,
            limits=limits(user),
            unable=os.environ.get(UNABLE, ""),
        ),
        _mailbox(stores, service),
        on_bug=partial(_log_bug, name),
        why_ended=why_ended,
    )


def _wallet(root: Path, stores: Stores) -> Wallet | None:
    """Where tokens come from; None without a server that gives some."""
    base, secret = os.environ.get(BROKER, ""), os.environ.get(BROKER_SECRET, "")
    signer = request_signer(root)
    if not base or not (secret or signer):
        return None
    # Loaded only where a server works with a forge.
    remote = importlib.import_module("praktika.adapters.server.tokens")
    access = importlib.import_module("praktika.wiring.github.access")
    authorize = signer or remote.bearer(secret)

    def broker(task: Task) -> TokenBroker:
        attempt = Attempt(run=task.run, job=task.job, attempt=task.attempt)
        tokens: TokenBroker = remote.RemoteTokens(base, authorize, attempt, stores.clock)
        return tokens

    return Wallet(broker, access.addresses(os.environ))


def _mailbox(stores: Stores, service: Service) -> Mailbox:
    name, run = service.name, service.run
    return Mailbox(
        queue=stores.queue,
        tasks=names.own_tasks(run) if run else names.tasks(service.label, service.trust),
        control=names.control(f"{run}-{name}" if run else name),
        lease=stores.pace.lease,
        wait=stores.pace.wait,
        avoids=not run,  # the runners of a local run have one machine
    )


def _log_bug(runner: str, error: Exception) -> None:
    # Loaded only when there is something to tell: it takes longer than everything else here.
    logs = importlib.import_module("praktika.wiring.logs")
    logs.logger(runner=runner).error("attempt.failed", exc_info=error)


def _inherited() -> dict[str, str]:
    """This environment, without what would lead a job's git back to the author's repository.

    Nor does a job get the credentials that code is fetched with.
    """
    left_out = REPOSITORY_VARIABLES | {CREDENTIALS}
    return {key: text for key, text in os.environ.items() if key not in left_out}


def _library(folder: Path) -> Path:
    """A folder that holds `praktika` alone, so that jobs of any Python can import it."""
    library = folder / "lib"
    library.mkdir(parents=True, exist_ok=True)
    package = Path(praktika.__file__).parent
    link = library / "praktika"
    if not link.is_symlink() or link.readlink() != package:
        draft = library / f"praktika.{os.getpid()}"
        draft.symlink_to(package)
        draft.replace(link)
    return library
