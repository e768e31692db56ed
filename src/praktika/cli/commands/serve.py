"""`praktika serve`."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import click
from structlog.typing import FilteringBoundLogger

from praktika.cli.console import Console
from praktika.cli.ending import Ending
from praktika.cli.group import verbatim
from praktika.errors import PraktikaError
from praktika.wiring.checkout import find_checkout
from praktika.wiring.github.settings import GitHubSettings, find_github
from praktika.wiring.logs import logger
from praktika.wiring.serve import Plugs, Settings, serve
from praktika.wiring.serving.checkout import CheckoutDispatcher
from praktika.wiring.serving.tokens import Tokens
from praktika.wiring.stores import Stores, open_stores

_ROOT = click.option(
    "--root",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder of the state; without GitHub, the checkout that is served. Default: this one.",
)


@click.command("token")
@click.argument("login")
@click.option("--revoke", is_flag=True, help="End all tokens of LOGIN instead.")
@_ROOT
@click.pass_context
def token(context: click.Context, /, *, login: str, revoke: bool, root: Path | None) -> int:
    """Make a token that stands for a login; it is shown this once."""
    console = context.ensure_object(Console)
    before = context.parent.params["root"] if context.parent else None
    place = _place(root or before, is_state_alone=find_github() is not None)
    stores = open_stores(place)
    tokens = Tokens(stores.state)
    if revoke:
        ended = tokens.revoke(login)
        console.say(f"tokens of {login} that are worth nothing from now on: {ended}")
    else:
        console.say(tokens.make(login, stores.clock.now()))
    return 0


@click.group(
    "serve",
    invoke_without_command=True,
    subcommand_metavar="[token LOGIN]",
    **verbatim("""
Web server, API, orchestrator and runners in one process. It may be killed at any time: started
again, it goes on with what it had begun. Ends with SIGTERM or Ctrl-C; jobs under way are run again
by the next one.

  praktika serve --label linux=4
  praktika serve token octocat      make a token that stands for a login
"""),
)
@click.option(
    "--host", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="Where to listen."
)
@click.option(
    "--port",
    metavar="N",
    type=click.IntRange(0, 65535),
    default=8080,
    show_default=True,
    help="Where to listen; 0 means any that is free.",
)
@click.option(
    "--label",
    "labels",
    metavar="LABEL[=N]",
    multiple=True,
    help="Keep runners for LABEL; default: for all labels of the checkout's jobs.",
)
@click.option(
    "--runners",
    metavar="N",
    type=click.IntRange(0, 1000),
    default=2,
    show_default=True,
    help="How many jobs of a label run at a time; 0 means none here.",
)
@click.option(
    "--untrusted",
    metavar="LABEL[=N]",
    multiple=True,
    help="Keep runners for LABEL that serve code from outside, and nothing else.",
)
@click.option(
    "--url",
    metavar="URL",
    envvar="PRAKTIKA_URL",
    default="",
    help="Where people find this server; also the variable PRAKTIKA_URL.",
)
@click.option("--public", "is_public", is_flag=True, help="Let anybody read, without a token.")
@_ROOT
@click.pass_context
def command(
    context: click.Context,
    /,
    *,
    host: str,
    port: int,
    labels: tuple[str, ...],
    runners: int,
    untrusted: tuple[str, ...],
    url: str,
    is_public: bool,
    root: Path | None,
) -> int:
    """Serve a small team: web pages, API, orchestrator and runners."""
    if context.invoked_subcommand is not None:
        return 0
    said = find_github()
    place = _place(root, is_state_alone=said is not None)
    stores = open_stores(place)
    console = context.ensure_object(Console)
    stores.journal.runs(limit=1)  # says now what is wrong with them, if anything is
    if labels or said is not None:
        counts = _counts(labels or ("",), runners)
    else:
        counts = _declared(console, place, stores, runners)
    settings = Settings(
        root=place,
        host=host,
        port=port,
        runners=counts,
        untrusted=_counts(untrusted, runners),
        url=_checked_url(url),
        is_public=is_public,
    )
    log = logger(process="serve", pid=os.getpid())
    plugs = _github(said, stores, log, settings.url) if said is not None else Plugs()
    with Ending() as ending:
        serve(
            settings,
            stores,
            log,
            plugs=plugs,
            while_true=ending.not_yet,
            on_ready=lambda address: console.note(
                f"praktika: {address} serves {_what(said, place)}; Ctrl-C ends it"
            ),
        )
    return 0


command.add_command(token)


def _place(root: Path | None, *, is_state_alone: bool) -> Path:
    """The folder of the state; where it runs its own checkout, that of the checkout."""
    if is_state_alone:
        return (root or Path.cwd()).absolute()
    return find_checkout(root).root


def _what(said: GitHubSettings | None, place: Path) -> str:
    """What there is to serve: whoever forgot to say something of GitHub sees it here."""
    if said is None:
        return f"{place} (GitHub is not set up)"
    return f"{', '.join(said.repositories[:3])}{' …' * (len(said.repositories) > 3)} of GitHub"


def _github(said: GitHubSettings, stores: Stores, log: FilteringBoundLogger, url: str) -> Plugs:
    """What GitHub brings along; loaded only where it is wanted."""
    wiring = importlib.import_module("praktika.wiring.github.plugs")
    plugs: Plugs = wiring.plugs(said, stores, log, url)
    return plugs


def _counts(labels: tuple[str, ...], runners: int) -> dict[str, int]:
    found = {}
    for text in labels:
        label, equals, count = text.partition("=")
        if equals and not (count.isascii() and count.isdigit() and int(count) <= 1000):
            raise click.UsageError(f"'{text}': behind '=' stands how many, up to 1000.")
        found[label] = int(count) if equals else runners
    return found


def _declared(console: Console, root: Path, stores: Stores, runners: int) -> dict[str, int]:
    """Runners for what the checkout's jobs ask for, and for jobs that ask for nothing."""
    try:
        labels = CheckoutDispatcher(root, stores).labels()
    except PraktikaError as error:
        console.note(f"praktika: the labels of the jobs here are not known: {error}")
        labels = []
    return dict.fromkeys((*labels, ""), runners)


def _checked_url(url: str) -> str:
    if url and not url.startswith(("https://", "http://")):
        raise click.UsageError("--url begins with https:// or http://.")
    return url.rstrip("/")
