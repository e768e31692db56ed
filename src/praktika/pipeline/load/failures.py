"""What went wrong while a file of the author's was executed: one sentence and one line number."""

from __future__ import annotations

import os
from types import TracebackType

from praktika.pipeline import codes
from praktika.pipeline.finding import Finding, Place

_OURS = __file__.rpartition("pipeline")[0]  # the directory of the praktika package
_LENGTH = 300


def failure(error: BaseException, root: str, path: str) -> Finding:
    """The finding for an exception that came out of a file.

    Its place is the deepest line of the author's own that was being executed.

    Args:
        error: of any kind, also SystemExit.
        root: of the repository.
        path: of the file that was being loaded.
    """
    place = _deepest(error.__traceback__, root) or (path, 0)
    if isinstance(error, SyntaxError):
        file = error.filename
        if file is None or _is_authors(file, root):
            place = (file, error.lineno or 0) if file else place
            return Finding(place, codes.SYNTAX_ERROR, f"{type(error).__name__}: {error.msg}.")
    return Finding(place, codes.LOAD_FAILED, _sentence(error), _hint(error))


def _deepest(trace: TracebackType | None, root: str) -> Place | None:
    place = None
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if _is_authors(file, root):
            place = (file, trace.tb_lineno)
        trace = trace.tb_next
    return place


def _is_authors(file: str, root: str) -> bool:
    """Whether a file is the repository's own, not a library's or praktika's."""
    return (
        file.startswith(root + os.sep)
        and not file.startswith(_OURS)
        and "site-packages" not in file[len(root) :]
    )


def _sentence(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return f"Loading it ended Python (sys.exit({_text(error)}))."
    if isinstance(error, MemoryError):
        return "Loading it took more memory than a declaration may have."
    text = _text(error)
    return f"{type(error).__name__}: {text}" if text else f"{type(error).__name__} was raised."


def _text(error: BaseException) -> str:
    """The first line of the error's own text, shortened."""
    try:
        lines = str(error).strip().splitlines()
    except Exception:  # noqa: BLE001 - the author's class may do anything in __str__
        return ""
    return lines[0][:_LENGTH] if lines else ""


def _hint(error: BaseException) -> str:
    if isinstance(error, ModuleNotFoundError):
        return "Install it beside praktika, or import it in the job's own script."
    if isinstance(error, SystemExit):
        return "A declaration must not exit; raise an exception, or declare less."
    return ""
