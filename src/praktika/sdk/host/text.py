"""Small conversions of text, and errors as people read them."""

from __future__ import annotations

import base64
import re
import sys
from typing import NoReturn

from praktika.sdk.shell.output import complain


def to_base64(value: str) -> str:
    """The UTF-8 of a text in base64."""
    return base64.b64encode(value.encode()).decode("ascii")


def from_base64(value: str) -> str:
    """The text whose UTF-8 this base64 is.

    Raises:
        ValueError: it is not base64, or not of UTF-8.
    """
    return base64.b64decode(value, validate=True).decode()


def is_hex(value: str) -> bool:
    """Whether a text consists of hexadecimal digits, at least one."""
    return re.fullmatch(r"[0-9a-fA-F]+", value) is not None


def formatted_error(message: str, stdout: str = "", stderr: str = "") -> str:
    """An error with the outputs that belong to it."""
    parts = [f"ERROR: {message}"]
    parts += [
        f"----- {title} -----\n{text.rstrip()}"
        for title, text in (("stdout", stdout), ("stderr", stderr))
        if text
    ]
    return "\n".join(parts)


def print_formatted_error(error_message: str, stdout: str = "", stderr: str = "") -> None:
    """Print an error with the outputs that belong to it, on stderr."""
    complain(formatted_error(error_message, stdout, stderr))


def raise_with_error(
    error_message: str, stdout: str = "", stderr: str = "", ex: BaseException | None = None
) -> NoReturn:
    """Print an error and raise it.

    Raises:
        RuntimeError: always, caused by `ex`.
    """
    print_formatted_error(error_message, stdout, stderr)
    raise RuntimeError(error_message) from ex


def exit_with_error(error_message: str, stdout: str = "", stderr: str = "") -> NoReturn:
    """Print an error and exit with 1.

    Raises:
        SystemExit: always.
    """
    print_formatted_error(error_message, stdout, stderr)
    sys.exit(1)
