"""The face `praktika._environment`: the older name of `praktika.environment`."""

from praktika.sdk.job.environment import Environment as _Environment

__all__ = ["_Environment"]
