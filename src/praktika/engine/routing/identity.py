"""The identity of a run: what asks for the same run comes to the same id. Pure."""

from __future__ import annotations

import hashlib
import re


def derived_run_id(repository: str, workflow: str, occasion: str) -> str:
    """The id of the run of a workflow that is asked for on an occasion, `[a-z0-9-]{20,37}`.

    Args:
        repository: `owner/name`, or a folder's name.
        workflow: its name.
        occasion: what asks for it, in the same words however often it does.
    """
    asked = f"{repository}\0{workflow}\0{occasion}".encode("utf-8", "surrogatepass")
    slug = re.sub(r"[^a-z0-9]+", "-", workflow.lower()).strip("-")[:20].rstrip("-") or "run"
    return f"{slug}-{hashlib.sha256(asked).hexdigest()[:16]}"
