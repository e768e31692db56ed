"""Compute: what runs the runners."""

from __future__ import annotations

from typing import Protocol


class Compute(Protocol):
    """Starts and ends runners for one pool; both calls return at once and may be repeated."""

    def scale(self, pool: str, size: int) -> None:
        """Let `size` runners serve the pool; replaces those that died."""

    def lost(self) -> list[str]:
        """Names of runners that ended without being asked to, each told once."""

    def close(self) -> None:
        """End every runner, with all that it started."""
