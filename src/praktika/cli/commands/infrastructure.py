"""`praktika infrastructure`."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from praktika.cli.cloud.progress import teller
from praktika.cli.cloud.tables import show_estimate, show_inventory, show_planned, show_status
from praktika.cli.console import Console, Ink
from praktika.cli.group import verbatim
from praktika.cli.jsonlines import say_json
from praktika.cli.options import json_option
from praktika.cli.user import user
from praktika.cli.view.problems import show_problem
from praktika.cli.view.words import count
from praktika.errors import AuthorError
from praktika.wiring.checkout import find_checkout

if TYPE_CHECKING:
    from praktika.wiring.cloud.infrastructure import Declared, Existing, Inventory

ACTIONS = {
    "deploy": "Make the cloud what is declared; what is so already is left alone.",
    "destroy_runtime": "Delete pools, queues and functions; keep the data.",
    "destroy_all": "Delete everything, the data too.",
    "restart_instances": "Let new machines take the place of those that run, once these are idle.",
    "status": "Show what is deployed, and how it differs from what is declared.",
    "webhook": "Show the address that GitHub calls, and, once confirmed, its secret.",
}


_AGAIN = "type the same again for the rest"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What was typed."""

    console: Console
    project: str
    only: tuple[str, ...]
    plan: bool
    yes: bool
    as_json: bool
    app: str = ""
    key_file: Path | None = None


def _action(name: str) -> Callable[[Callable[..., object]], Callable[..., object]]:
    return click.option(f"--{name.replace('_', '-')}", name, is_flag=True, help=ACTIONS[name])


@click.command(
    "infrastructure",
    **verbatim("""
Exactly one of --deploy, --destroy-runtime, --destroy-all, --restart-instances, --status,
--webhook and --github-app says what to do. The project is declared in
ci/infrastructure/projects.py.

  praktika infrastructure --github-app 12345 --key-file shop.pem    before the first deploy
  praktika infrastructure --deploy --plan        what would change, and about what it costs
  praktika infrastructure --deploy               do it; nothing changed takes one request
  praktika infrastructure --deploy --only RunnerPool:arm-small    this component alone
  praktika infrastructure --deploy --only RunnerPools Lambdas     all of these kinds
  praktika infrastructure --webhook              what to paste into the GitHub App
  praktika infrastructure --destroy-runtime      take it down, and keep the data
  praktika infrastructure --destroy-all --project mine --yes      and nothing is left

A deploy that was interrupted goes on in AWS by itself; the next one picks it up. No machine at work
is ended by --restart-instances, nor by a deploy without --yes: jobs under way go on to their end.
"""),
)
@click.argument("components", metavar="[COMPONENT]...", nargs=-1)
@_action("deploy")
@_action("destroy_runtime")
@_action("destroy_all")
@_action("restart_instances")
@_action("status")
@_action("webhook")
@click.option("--github-app", metavar="ID", help="Store the GitHub App, with its key.")
@click.option(
    "--key-file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The private key of the GitHub App, as GitHub gives it.",
)
@click.option("--project", metavar="NAME", default="", help="The project, if there are several.")
@click.option(
    "--only",
    metavar="COMPONENT",
    multiple=True,
    help="This component (Kind:name) or kind alone; more of them may follow.",
)
@click.option("--plan", is_flag=True, help="Show what would be done, and the cost; change nothing.")
@click.option(
    "-y",
    "--yes",
    is_flag=True,
    help="Do not ask, and end machines of pools that go; to destroy, with --project only.",
)
@json_option("Write JSON lines instead.")
@click.pass_obj
def command(
    console: Console,
    /,
    *,
    components: tuple[str, ...],
    project: str,
    only: tuple[str, ...],
    plan: bool,
    yes: bool,
    as_json: bool,
    github_app: str | None,
    key_file: Path | None,
    **actions: bool,
) -> int:
    """Deploy a team's own cloud on AWS, look at it, or take it down."""
    chosen = [name for name, is_chosen in actions.items() if is_chosen]
    chosen += ["github_app"] if github_app is not None else []
    if len(chosen) != 1:
        flags = ", ".join(f"--{name.replace('_', '-')}" for name in (*ACTIONS, "github_app"))
        raise click.UsageError(f"Say what to do: exactly one of {flags}.")
    (name,) = chosen
    if components and not only:
        raise click.UsageError(f"'{components[0]}' stands alone. Write --only before components.")
    asked = _Asked(
        console=console,
        project=project,
        only=(*only, *components),
        plan=plan,
        yes=yes,
        as_json=as_json,
        app=github_app or "",
        key_file=key_file,
    )
    _check(name, asked)
    return _DEEDS[name](asked)


def _check(name: str, asked: _Asked) -> None:
    if (name == "github_app") != (asked.key_file is not None):
        raise click.UsageError("--github-app ID and --key-file FILE go together.")
    flag = f"--{name.replace('_', '-')}"
    if asked.only and name not in {"deploy", "restart_instances"}:
        raise click.UsageError(f"--only does not go with {flag}: that is about all of it.")
    if asked.plan and name not in {"deploy", "destroy_runtime", "destroy_all"}:
        raise click.UsageError(f"--plan does not go with {flag}, which changes nothing declared.")
    if name.startswith("destroy") and not asked.plan:
        if asked.yes and not asked.project:
            raise click.UsageError(f"{flag} --yes needs --project, so that it is the right one.")
        if asked.as_json and not asked.yes:
            raise click.UsageError(f"{flag} --json asks nobody: add --yes and --project.")


def _declared(asked: _Asked) -> Declared:
    room = importlib.import_module("praktika.wiring.cloud.infrastructure")
    declared: Declared = room.Declared(find_checkout().root, asked.project, asked.only)
    for problem in declared.problems:
        show_problem(asked.console, problem)
    return declared


def _existing(asked: _Asked) -> Existing:
    room = importlib.import_module("praktika.wiring.cloud.infrastructure")
    existing: Existing = room.Existing(find_checkout().root, asked.project)
    return existing


def _deploy(asked: _Asked) -> int:
    console = asked.console
    declared = _declared(asked)
    if asked.plan:
        planned, estimate = declared.preview(), declared.estimate()
        if asked.as_json:
            costs = {**asdict(estimate), "idle": estimate.idle, "basis": estimate.basis}
            say_json(console, {"changes": [asdict(one) for one in planned], "costs": costs})
        else:
            show_planned(console, planned)
            show_estimate(console, estimate)
        return 0
    with _going_on(asked, "the next deploy picks it up"):
        tell = teller(console, as_json=asked.as_json)
        deployed = declared.deploy(tell, user(), may_end=asked.yes)
    if asked.as_json:
        say_json(console, {"outcome": deployed.outcome, "api": deployed.api})
    elif deployed.outcome == "unchanged":
        console.say("Nothing has changed since the last deploy.")
    else:
        console.say(Ink("Deployed. ", "green"), deployed.api)
        console.say("`praktika infrastructure --webhook` shows what to paste into the GitHub App.")
    return 0


@contextmanager
def _going_on(asked: _Asked, then: str) -> Iterator[None]:
    """Where whoever interrupts learns that nothing is stopped by that, and what to do then."""
    try:
        yield
    except KeyboardInterrupt:
        asked.console.note(f"AWS goes on with what was begun; {then}.")
        raise


def _destroy_runtime(asked: _Asked) -> int:
    existing = _existing(asked)
    there = existing.inventory(everything=False)
    if _is_wanted(asked, existing, there, ["the stack with the data, parameters, images, logs"]):
        with _going_on(asked, _AGAIN):
            existing.destroy_runtime(teller(asked.console, as_json=asked.as_json), user())
        _say_done(asked, [])
    return 0


def _destroy_all(asked: _Asked) -> int:
    existing = _existing(asked)
    there = existing.inventory(everything=True)
    kept = existing.left_to_the_operator()
    if _is_wanted(asked, existing, there, kept):
        with _going_on(asked, _AGAIN):
            left = existing.destroy_all(there, teller(asked.console, as_json=asked.as_json), user())
        _say_done(asked, [*kept, *(one.name for one in left)])
    return 0


def _is_wanted(asked: _Asked, existing: Existing, there: Inventory, kept: Sequence[str]) -> bool:
    """Show what would go; whether it shall.

    Raises:
        AuthorError: another name was typed.
    """
    console, project = asked.console, existing.project
    if asked.as_json:
        things = [f"{one.kind} {one.name}" for one in there.belongings]
        names = [f"{one.kind} {one.physical}" for one in there.resources]
        say_json(console, {"stacks": there.stacks, "resources": names, "others": things})
    elif not there.stacks and not there.belongings:
        console.say(f"There is nothing of '{project.name}' to destroy.")
        return False
    else:
        show_inventory(console, there, kept)
    if asked.plan or asked.yes:
        return not asked.plan
    typed = console.ask(f"Destroy this? Type the name of the project ({project.name})", "")
    if typed not in {project.name, project.slug}:
        raise AuthorError(text="That is not its name; nothing was destroyed.")
    return True


def _say_done(asked: _Asked, left: Sequence[str]) -> None:
    if asked.as_json:
        say_json(asked.console, {"outcome": "destroyed", "left": list(left)})
        return
    asked.console.say(Ink("Destroyed.", "green"))
    if left:
        asked.console.say("Left, for you to delete (what AWS still lists may be gone already):")
        for name in left:
            asked.console.say(f"  {name}")


def _restart_instances(asked: _Asked) -> int:
    existing = _existing(asked)
    machines = existing.restart(existing.machines(asked.only))
    if asked.as_json:
        say_json(asked.console, {"asked_to_leave": [asdict(one) for one in machines]})
        return 0
    number = count(len(machines), "machine")
    asked.console.say(
        f"{number} asked to leave: each ends what it works on, leaves, and is replaced"
    )
    return 0


def _status(asked: _Asked) -> int:
    status = _declared(asked).status()
    if asked.as_json:
        say_json(asked.console, asdict(status))
    else:
        show_status(asked.console, status)
    return 0


def _webhook(asked: _Asked) -> int:
    console = asked.console
    url, secret = _existing(asked).webhook()
    is_confirmed = asked.yes or (
        not asked.as_json
        and console.ask(f"Webhook URL: {url}\nShow its secret here? y or n", "n").lower() == "y"
    )
    shown = {"url": url, **({"secret": secret} if is_confirmed else {})}
    if asked.as_json:
        say_json(console, shown)
    else:
        for name, value in shown.items():
            console.say(f"{name}: {value}")
    return 0


def _github_app(asked: _Asked) -> int:
    assert asked.key_file is not None
    name, is_new = _existing(asked).keep_app(asked.app, asked.key_file, user())
    if asked.as_json:
        say_json(asked.console, {"secret": name, "new": is_new})
    else:
        verb = "Stored" if is_new else "Replaced"
        asked.console.say(Ink(f"{verb}. ", "green"), f"The token broker alone reads {name}.")
        asked.console.say(f"Delete {asked.key_file} now; GitHub gives a new key any time.")
    return 0


_DEEDS: dict[str, Callable[[_Asked], int]] = {
    "deploy": _deploy,
    "destroy_runtime": _destroy_runtime,
    "destroy_all": _destroy_all,
    "restart_instances": _restart_instances,
    "status": _status,
    "webhook": _webhook,
    "github_app": _github_app,
}
