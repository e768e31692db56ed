"""`praktika login`."""

from __future__ import annotations

import getpass
import importlib
import sys

import click

from praktika.cli.console import Console, one_line
from praktika.cli.group import verbatim
from praktika.cli.jsonlines import say_json
from praktika.cli.options import json_option
from praktika.errors import AuthorError, Denied


@click.command(
    "login",
    **verbatim("""
Asks for a token, which the operator of the server makes with `praktika serve token`, and shows it
to nobody else. A program writes it to standard input:

  praktika login https://ci.example.com
  praktika login https://ci.example.com < token
"""),
)
@click.argument("url", metavar="URL")
@json_option('Write {"server", "login", "file"} instead.')
@click.pass_obj
def command(console: Console, /, *, url: str, as_json: bool) -> int:
    """Keep a token for a server, which `--server URL` then uses."""
    # Loaded only where it is wanted, as for `--server`.
    servers = importlib.import_module("praktika.wiring.remote.server")
    tokens = importlib.import_module("praktika.wiring.remote.tokens")
    server = servers.server_address(url)
    token = tokens.checked_token(_asked(console, server))
    login = servers.open_workflows(server, token).login()
    if not login:
        raise Denied(f"{server} does not know that token.")
    file = tokens.keep_token(server, token)
    if as_json:
        say_json(console, {"server": server, "login": login, "file": str(file)})
    else:
        console.say(f"{server} knows you as {one_line(login)}; the token is kept in {file}")
    return 0


def _asked(console: Console, server: str) -> str:
    """The token as typed, or as it comes from a pipe; what is typed is not shown."""
    if sys.stdin is None or not sys.stdin.isatty():
        token = sys.stdin.readline() if sys.stdin else ""
    else:
        console.note(f"The token for {server}; it is not shown.")
        try:
            token = getpass.getpass("Token: ")
        except EOFError:
            raise click.Abort from None
    if not token.strip():
        raise AuthorError(text="No token was given.")
    return token.strip()
