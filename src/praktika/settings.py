"""The face `praktika.settings`; the settings themselves are in `praktika.sdk.settings`."""

from praktika.sdk.settings import Settings

__all__ = ["Settings"]
