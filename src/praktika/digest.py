"""The face `praktika.digest`; Digest itself is in `praktika.sdk.services.digest`."""

from praktika.sdk.services.digest import Digest

__all__ = ["Digest"]
