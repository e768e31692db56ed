"""Who an installation is on GitHub: with a key of its own, or through whoever has it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from praktika.adapters.github.app.signer import Signer
from praktika.adapters.github.app.tokens import App, AppTokens
from praktika.adapters.github.http.site import Site
from praktika.adapters.github.http.transport import Transport
from praktika.errors import OperatorError
from praktika.ports.clock import Clock
from praktika.ports.tokens import TokenBroker
from praktika.wiring.github.settings import GitHubSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """How GitHub is reached.

    Attributes:
        transport: sends requests.
        tokens: for them.
        app: as GitHub knows it.
    """

    transport: Transport
    tokens: TokenBroker
    app: Callable[[], App]


def with_key(settings: GitHubSettings, clock: Clock) -> Identity:
    """Whoever has the key of the app mints for itself.

    Raises:
        OperatorError: the key cannot be used.
    """
    transport = Transport(Site.of(settings.api), clock)
    tokens = AppTokens(transport, Signer(settings.app, settings.key, clock), clock)
    return Identity(transport=transport, tokens=tokens, app=tokens.app)


def with_broker(api: str, app: str, tokens: TokenBroker, clock: Clock) -> Identity:
    """Whoever has no key asks somebody for tokens.

    Args:
        api: base URL of the REST API.
        app: id of the app.
        tokens: gives them.
        clock: tells the time.

    Raises:
        OperatorError: the id is none.
    """
    if not app.isdecimal():
        raise OperatorError(
            f"the installation's GitHub App is '{app[:40]}', which is no id of one. Put its number "
            "into the secret of the app, and deploy."
        )
    known = App(id=int(app))
    return Identity(transport=Transport(Site.of(api), clock), tokens=tokens, app=lambda: known)
