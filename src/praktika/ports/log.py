"""Lines for operators."""

from __future__ import annotations

from typing import Any, Protocol


class Log(Protocol):
    """Takes events: `noun.verb`, with fields. Loggers of structlog are such."""

    def info(self, event: str, **fields: Any) -> Any:
        """Something happened."""

    def warning(self, event: str, **fields: Any) -> Any:
        """Something was refused, or is odd."""

    def error(self, event: str, **fields: Any) -> Any:
        """Something has failed."""

    def exception(self, event: str, **fields: Any) -> Any:
        """Something has failed, with the error that is being dealt with."""
