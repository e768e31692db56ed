"""`praktika report`."""

from __future__ import annotations

import webbrowser

import click

from praktika.cli.console import Console
from praktika.cli.group import verbatim
from praktika.cli.history import need_history
from praktika.cli.jsonlines import say_json
from praktika.cli.options import RunArguments, json_option
from praktika.errors import Absent, AuthorError
from praktika.orchestrator import names

_INTERRUPTED = "it was interrupted before it could write one"


@click.command(
    "report",
    cls=RunArguments,
    **verbatim("""
RUN is an id, the beginning of one, `latest` (the default) or -1, -2 for the one before.

  praktika report --open
"""),
)
@click.argument("run", metavar="[RUN]", default="latest")
@click.option("--open", "opens", is_flag=True, help="Open it in a browser.")
@json_option('Write {"run", "report", "result"} instead.')
@click.pass_obj
def command(console: Console, /, *, run: str, opens: bool, as_json: bool) -> int:
    """Show where the report of a run is."""
    history = need_history()
    run_id = history.find(run)
    try:
        path = history.stores.brought(names.report(run_id)).absolute()
        path.stat()
    except (Absent, FileNotFoundError):
        recorded = history.load(run_id)
        why = "it goes on" if not history.is_interrupted(recorded) else _INTERRUPTED
        raise AuthorError(text=f"Run {run_id} has no report: {why}.") from None
    if as_json:
        result = str(history.stores.brought(names.result(run_id)).absolute())
        say_json(console, {"run": run_id, "report": str(path), "result": result})
    else:
        console.say(str(path))
    if opens and not webbrowser.open(path.as_uri()):
        console.note("praktika: no browser was found")
    return 0
