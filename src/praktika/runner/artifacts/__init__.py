"""Artifacts: what a job leaves for others, stored; and brought in again.

An artifact is one archive of paths relative to the workspace, and a record of its size and SHA-256.
The record reaches the control plane with the job's end, and a consumer with its task. It verifies
the archive before it unpacks, unpacks beside the workspace, and only then moves what came out to
its place: what is refused leaves the workspace as it was.
"""

from praktika.runner.artifacts.bring import Scene, bring_all
from praktika.runner.artifacts.record import OutputMissing, Record
from praktika.runner.artifacts.store import store_all

__all__ = ["OutputMissing", "Record", "Scene", "bring_all", "store_all"]
