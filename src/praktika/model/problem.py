"""What is wrong with a declaration, and where."""

from __future__ import annotations

from typing import Literal

import msgspec

Severity = Literal["error", "warning"]


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One finding in the author's files.

    Attributes:
        file: path relative to the repository's root.
        line: 1-based; 0 when the problem concerns the whole file.
        code: a stable name, listed in `docs/problems.md`.
        text: one sentence that says what is wrong.
        hint: one sentence that says what to do, or "".
        severity: a warning never stops a run.
    """

    file: str
    line: int
    code: str
    text: str
    hint: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        """`file:line: code: text hint`, as compilers and editors write it."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        label = f"warning: {self.code}" if self.severity == "warning" else self.code
        return f"{where}: {label}: {self.text}" + (f" {self.hint}" if self.hint else "")
