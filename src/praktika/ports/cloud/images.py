"""Images that the cloud makes, each by a pipeline of its own."""

from __future__ import annotations

from typing import Protocol


class Images(Protocol):
    """Pipelines of images."""

    def start(self, pipeline: str) -> bool:
        """Let a pipeline make an image now; False if it makes one already. Returns at once.

        Args:
            pipeline: its id in the cloud.

        Raises:
            Absent: there is no such pipeline.
        """
