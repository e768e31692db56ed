"""Asking a service for runs, and runs for something else."""

from __future__ import annotations

import secrets
import tempfile
from pathlib import Path

from msgspec import structs

from praktika.adapters.local import git
from praktika.adapters.local.git.mirrors.remote import remote
from praktika.engine.routing.identity import derived_run_id
from praktika.engine.run import Run
from praktika.errors import Absent
from praktika.model.events import AnyEvent, RunRequested
from praktika.model.wire import encode
from praktika.orchestrator import names
from praktika.patience import patiently
from praktika.wiring.places import cache_folder
from praktika.wiring.runs.source import archive, own_key, source_key
from praktika.wiring.stores import Stores


def submit(place: git.Checkout, stores: Stores, request: RunRequested, delivery: str = "") -> str:
    """Ask the service for a run of the code as it is here; the run's id.

    Args:
        place: the checkout.
        stores: of the installation.
        request: what is asked for. If it names a remote, the code is fetched from there.
        delivery: names the request; one that was heard before begins nothing.

    Raises:
        PraktikaError: the code or the request cannot be stored.
    """
    delivery = delivery or secrets.token_hex(8)
    trust = request.facts.trust
    run = derived_run_id(request.repository, request.workflow, delivery, trust)
    source = "" if request.remote else _archived(place, stores, run)
    facts = structs.replace(request.facts, local=False, by_hand=True)
    if source == own_key(run):
        facts = structs.replace(facts, dirty=max(1, facts.dirty))
    located = structs.replace(
        request,
        facts=facts,
        name=place.root.name,
        source=source,
        inbox=names.INBOX,
    )
    identity = f"{run}/requested"
    try:
        post(stores, run, names.INBOX, located, identity=identity)
    except Absent:  # nobody has served anything yet
        patiently(lambda: stores.queue.create(names.INBOX))
        post(stores, run, names.INBOX, located, identity=identity)
    return run


def remote_of(place: git.Checkout) -> str:
    """The URL that the commit of a checkout can be fetched from, without credentials.

    Raises:
        OperatorError: it cannot, and why not.
    """
    return remote(git.published_at(place)).url


def _archived(place: git.Checkout, stores: Stores, run: str) -> str:
    """The key of the archive of the code, which is stored if it was not."""
    cache_folder().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="submit-", dir=cache_folder()) as folder:
        snapshot = Path(folder) / "source"
        git.snapshot(place, snapshot, is_portable=stores.is_remote)
        key = source_key(place, snapshot, run)
        archive(snapshot, stores.blobs, key)
    return key


def inbox_of(run_id: str, run: Run) -> str:
    """The queue of events that a run listens to."""
    named = run.requested.inbox if run.requested else ""
    return named or names.own_inbox(run_id)


def post(stores: Stores, run: str, inbox: str, event: AnyEvent, *, identity: str) -> None:
    """Tell a run something."""
    patiently(lambda: stores.queue.send(inbox, [encode(event)], group=run, identity=[identity]))
