"""What can go wrong with a registry. No outage is ever taken for "it is there" or "it is not"."""

from __future__ import annotations

from praktika.sdk.services.errors import ServiceFailed


class RegistryFailed(ServiceFailed):
    """A registry answered what nobody asked for, or cannot be asked at all."""


class NotThere(RegistryFailed):
    """The registry says that it has no such manifest, or no such repository."""


class Refused(RegistryFailed):
    """The registry does not accept these credentials, or they do not suffice."""


class NoAnswer(RegistryFailed):
    """The registry did not answer, or asked to be asked again later.

    Attributes:
        after: seconds after which it wants to be asked again; 0 if it does not say.
    """

    def __init__(self, text: str, after: float = 0.0) -> None:
        super().__init__(text)
        self.after = after
