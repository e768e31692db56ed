"""The face `praktika.gh`; GH itself is in `praktika.sdk.github`."""

from praktika.sdk.github.gh import GH
from praktika.sdk.services.errors import NotInThisRelease, ServiceFailed

__all__ = ["GH", "NotInThisRelease", "ServiceFailed"]
