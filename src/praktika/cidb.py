"""The face `praktika.cidb`; CIDB itself is in `praktika.sdk.services.cidb`."""

from praktika.sdk.services.cidb import CIDB
from praktika.sdk.services.errors import ServiceFailed

__all__ = ["CIDB", "ServiceFailed"]
