"""The face `praktika.info`; Info itself is in `praktika.sdk.job.info`."""

from praktika.sdk.job.info import Info

__all__ = ["Info"]
