"""The webhook's secret: read at first use, and again when it may have been changed.

Security 3, fault 8: without a secret every request is refused. There is no other way through.
"""

from __future__ import annotations

from collections.abc import Callable

from praktika.adapters.github.signature import Signatures
from praktika.errors import OperatorError, PraktikaError
from praktika.ports.clock import Clock
from praktika.ports.log import Log

SHORTEST = 16
"""Characters of a secret; what is shorter signs nothing."""

AGAIN = 60.0
"""Seconds between two readings that wrong signatures may cause."""

FRESH = 300.0
"""Seconds for which a secret counts that nothing wrong was signed with: who has stolen one that was
changed since sends what it signs, and nothing else."""


class WebhookSecret:
    """Knows what the secret signs.

    Args:
        read: the parameter's value: a secret, or several while one takes over from another.
        clock: tells the time.
        log: is told when it cannot be read.
    """

    def __init__(self, read: Callable[[], str], clock: Clock, log: Log) -> None:
        self._read = read
        self._clock = clock
        self._log = log
        self._known: Signatures | None = None
        self._at = 0.0

    def make_ready(self) -> None:
        """Read it, unless it is known and was read lately.

        Raises:
            OperatorError: there is none, or none that is long enough.
            TransientError: it cannot be read now.
        """
        if self._known is not None and self._clock.monotonic() - self._at >= FRESH:
            self._renew()
        if self._known is None:
            self._known = self._fresh()

    def accepts(self, signature: str, body: bytes) -> bool:
        """Whether it gives this signature for these bytes, as far as it is known or has changed."""
        if self._known is None:
            return False
        return self._known.accepts(signature, body) or self._accepts_anew(signature, body)

    def _accepts_anew(self, signature: str, body: bytes) -> bool:
        if not signature or self._clock.monotonic() - self._at < AGAIN:
            return False
        self._renew()
        return self._known is not None and self._known.accepts(signature, body)

    def _renew(self) -> None:
        """Read it anew; what is known counts on while it cannot be read."""
        try:
            self._known = self._fresh()
        except OperatorError as error:  # it was taken away: nothing is signed by it any more
            self._known = None
            self._log.error("webhook.closed", reason=str(error))
        except PraktikaError as error:
            self._log.error("webhook.secret_unread", reason=str(error))

    def _fresh(self) -> Signatures:
        self._at = self._clock.monotonic()
        secrets = self._read().split()
        if not secrets or min(map(len, secrets)) < SHORTEST:
            raise OperatorError(
                f"the webhook's secret is empty or has fewer than {SHORTEST} characters; "
                "every webhook is refused until there is one"
            )
        return Signatures(secrets)
