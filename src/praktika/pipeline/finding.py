"""A finding: what `model.Problem` says, before it leaves the process that runs the author's code.

Its file is the path as Python knows it, absolute; `compile` makes it relative to the repository.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Severity = Literal["error", "warning"]
Place = tuple[str, int]
NOWHERE: Place = ("", 0)


class Finding(NamedTuple):
    """One thing that is wrong or odd in the author's files.

    Attributes:
        place: file (absolute path) and 1-based line; line 0 means the whole file.
        code: one of `praktika.pipeline.codes`.
        text: one sentence that says what is wrong.
        hint: one sentence that says what to do, or "".
        severity: a warning never stops a run.
    """

    place: Place
    code: str
    text: str
    hint: str = ""
    severity: Severity = "error"


def warning(place: Place, code: str, text: str, hint: str = "") -> Finding:
    """A finding that never stops a run."""
    return Finding(place, code, text, hint, "warning")
