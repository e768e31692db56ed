"""The face `praktika.interactive`; UserPrompt is in `praktika.sdk.services.interactive`."""

from praktika.sdk.services.interactive import UserPrompt

__all__ = ["UserPrompt"]
