"""Files that a job attaches have a largest size together."""

from __future__ import annotations

import os

from praktika.adapters.memory.blobs import MemoryBlobs
from praktika.model.result import Result, Status
from praktika.runner.attachments import Desk, keep


def test_security_22_files_have_a_largest_size_together(tmp_path):
    for name, size in (("a", 60), ("b", 50), ("c", 40)):
        (tmp_path / name).write_bytes(bytes(size))
    os.mkfifo(tmp_path / "pipe")
    result = Result(name="R", status=Status.OK, files=("a", "b", "c", "pipe"))
    kept = keep(MemoryBlobs(), result, Desk(workspace=tmp_path, prefix="runs/r/files", limit=100))
    assert [path.rsplit("-", 1)[1] for path in kept.files] == ["a", "c"]
    said = str(kept.ext["warnings"])
    assert "file not attached: b: the job's files would have more than 100 bytes" in said
    assert "pipe: it is no regular file" in said
