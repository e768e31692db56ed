"""The identity of a run: what asks for the same run comes to the same id. Pure."""

from __future__ import annotations

import hashlib
import re

from praktika.model.facts import Trust

UNTRUSTED = "x-"
"""What ids of untrusted runs begin with, and no others: stores can tell by it what is whose."""


def derived_run_id(repository: str, workflow: str, occasion: str, trust: Trust) -> str:
    """The id of the run of a workflow that is asked for on an occasion, `[a-z0-9-]{18,39}`.

    Args:
        repository: `owner/name`, or a folder's name.
        workflow: its name.
        occasion: what asks for it, in the same words however often it does.
        trust: of the code that runs.
    """
    asked = f"{repository}\0{workflow}\0{occasion}".encode("utf-8", "surrogatepass")
    slug = re.sub(r"[^a-z0-9]+", "-", workflow.lower()).strip("-")[:20].rstrip("-") or "run"
    run = f"{slug}-{hashlib.sha256(asked).hexdigest()[:16]}"
    if trust == "untrusted":
        return f"{UNTRUSTED}{run}"
    # A workflow "X" is trusted all the same.
    return f"x{run}" if run.startswith(UNTRUSTED) else run
