"""Whether a webhook comes from GitHub: HMAC-SHA256 over its body, in `X-Hub-Signature-256`.

Source: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable

_PREFIX = "sha256="


class Signatures:
    """Knows what our secrets sign. Without a secret that is nothing: every request is refused.

    Args:
        secrets: any of them may have signed, so that a new one can take over from an old one
            without a gap. Empty ones sign nothing.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = tuple(secret.encode() for secret in secrets if secret)

    def accepts(self, signature: str, body: bytes) -> bool:
        """Whether one of the secrets gives this signature for these bytes.

        Args:
            signature: the header's value, "" if there is none.
            body: the raw bytes of the request, before anybody has read them.
        """
        given = signature.encode("utf-8", "surrogatepass")
        # every secret is compared, in constant time: how long it takes tells nothing about them
        equal = [hmac.compare_digest(given, _sign(secret, body)) for secret in self._secrets]
        return any(equal)


def _sign(secret: bytes, body: bytes) -> bytes:
    return (_PREFIX + hmac.digest(secret, body, "sha256").hex()).encode()
