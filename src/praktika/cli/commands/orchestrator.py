"""`praktika orchestrator`."""

from __future__ import annotations

import click

from praktika.cli.console import Console
from praktika.cli.ending import Ending
from praktika.cli.group import verbatim
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
@click.pass_obj
def command(console: Console, /, *, create: bool) -> int:
    """Serve the runs of this installation, until it is stopped."""
    root = find_checkout().root
    if create:
        create_stores(root)
    stores = open_stores(root)
    stores.journal.runs(limit=1)  # says now what is wrong with them, if anything is
    console.note("praktika: serving; Ctrl-C ends it")
    with Ending() as ending:
        Service(stores, logger(process="orchestrator")).serve(while_true=ending.not_yet)
    return 0
