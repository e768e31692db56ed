"""`praktika orchestrator`."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import click

from praktika.cli.console import Console
from praktika.cli.ending import Ending
from praktika.cli.group import verbatim
from praktika.errors import OperatorError
from praktika.wiring.backend import AWS, find_backend
from praktika.wiring.checkout import find_checkout
from praktika.wiring.logs import logger
from praktika.wiring.service import Service
from praktika.wiring.stores import create_stores, open_stores


@click.command(
    "orchestrator",
    **verbatim("""
Serves the runs that were asked for with `praktika run --detach`: makes their plans, hands out
their jobs, writes their reports. Start as many as you like, and let them die as they will: what
one had begun, another one ends. `praktika runner` does the jobs. Ends with SIGTERM or Ctrl-C.

  praktika orchestrator &
  praktika runner --label linux --count 2 &
  praktika run --detach
"""),
)
@click.option(
    "--create", is_flag=True, help="On AWS, make the bucket first if it is not there yet."
)
@click.option(
    "--installation",
    is_flag=True,
    help="Serve what `praktika infrastructure --deploy` has made, with all that belongs to it.",
)
@click.option(
    "--root",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="With --installation: the folder for its state; the working directory otherwise.",
)
@click.pass_obj
def command(console: Console, /, *, create: bool, installation: bool, root: Path | None) -> int:
    """Serve the runs of this installation, until it is stopped."""
    if installation:
        return _serve_installation(console, (root or Path.cwd()).absolute())
    if root is not None:
        raise click.UsageError("--root goes with --installation.")
    root = find_checkout().root
    if create:
        create_stores(root)
    stores = open_stores(root)
    stores.journal.runs(limit=1)  # says now what is wrong with them, if anything is
    console.note("praktika: serving; Ctrl-C ends it")
    with Ending() as ending:
        Service(stores, logger(process="orchestrator")).serve(while_true=ending.not_yet)
    return 0


def _serve_installation(console: Console, root: Path) -> int:
    """What every machine of a cloud's orchestrators does."""
    # Loaded only where it is wanted.
    orchestrating = importlib.import_module("praktika.wiring.cloud.orchestrator.orchestrating")
    if find_backend(root).kind != AWS:
        raise OperatorError(
            "--installation is for machines of a cloud, where PRAKTIKA_BACKEND is 'aws'; here "
            "`praktika orchestrator` serves the runs of this checkout"
        )
    stores = open_stores(root, is_deployed=True)
    console.note("praktika: serving the installation; SIGTERM ends it")
    with Ending() as ending:
        log = logger(process="orchestrator", pid=os.getpid())
        orchestrating.serve(root, stores, log, while_true=ending.not_yet)
    return 0
