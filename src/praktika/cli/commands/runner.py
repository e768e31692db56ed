"""`praktika runner`."""

from __future__ import annotations

import click

from praktika.cli.console import Console
from praktika.cli.ending import Ending
from praktika.cli.group import verbatim
from praktika.wiring.checkout import find_checkout
from praktika.wiring.host import Host
from praktika.wiring.stores import open_stores


@click.command(
    "runner",
    **verbatim("""
Does the jobs of the runs that `praktika orchestrator` serves, those whose first label in
`runs_on` is LABEL. A runner that dies is replaced, and what it had started is ended. Ends with
SIGTERM or Ctrl-C; jobs under way are given to other runners.

  praktika runner --label linux --count 2

Changes that come from outside of the repository run on runners of their own, which serve nothing
else and hand out no secrets: those that were started with --untrusted. Give them a machine of their
own.
"""),
)
@click.option("--label", metavar="LABEL", required=True, help="What to serve.")
@click.option(
    "--count",
    metavar="N",
    type=click.IntRange(min=1, max=1000),
    default=1,
    show_default=True,
    help="How many jobs run at a time.",
)
@click.option("--untrusted", is_flag=True, help="Serve code from outside, and nothing else.")
@click.pass_obj
def command(console: Console, /, *, label: str, count: int, untrusted: bool) -> int:
    """Do the jobs of one label on this machine, until it is stopped."""
    root = find_checkout().root
    stores = open_stores(root)
    stores.journal.runs(limit=1)  # says now what is wrong with them, if anything is
    host = Host(root, stores, label, count, untrusted=untrusted)
    what = "untrusted code of " if untrusted else ""
    console.note(f"praktika: {host.name} serves {what}'{label}'; Ctrl-C ends it")
    with Ending() as ending:
        host.serve(while_true=ending.not_yet, pause=ending.wait)
    return 0
