"""The face `praktika.environment`; the facts of a run are in `praktika.sdk.job.environment`."""

from praktika.sdk.job.environment import Environment

__all__ = ["Environment"]
