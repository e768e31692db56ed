"""What can go wrong with a service outside."""

from __future__ import annotations


class ServiceFailed(RuntimeError):
    """A service refused, failed or did not answer; the text says which, what, and why."""


class NotInThisRelease(NotImplementedError):
    """Praktika will do this in a later release; the text says what to do until then."""
