"""Getting a stored artifact back, whoever needs it: verified first, then unpacked."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from praktika.errors import Absent, OperatorError
from praktika.model.plan import Stored
from praktika.ports.blobs import Blobs
from praktika.runner.archive import Limits, unpack
from praktika.runner.artifacts.record import COMPRESSED, PLAIN, blob_of


def check_expiry(stored: Stored, now: float) -> None:
    """Nothing, if the artifact may be used.

    Raises:
        Absent: it has expired.
    """
    if stored.expires and stored.expires <= now:
        day = datetime.fromtimestamp(stored.expires, UTC).strftime("%Y-%m-%d %H:%M UTC")
        text = f"artifact '{stored.name}' expired on {day} and is not used any more"
        raise Absent(f"{text}; run the job again that provides it, or raise its expire_days")


def fetch(blobs: Blobs, stored: Stored, folder: Path, *, prefix: str, limits: Limits) -> None:
    """Unpack an artifact into a new folder. Its archive lies beside it meanwhile.

    Args:
        blobs: where it is.
        stored: what the control plane has heard of it.
        folder: where nothing is yet; nothing is there if this fails.
        prefix: of the attempt that has left it.
        limits: how large it may be.

    Raises:
        Absent: it is not kept any more.
        OperatorError: it is not what was stored.
        Refused: it is not accepted.
    """
    form = COMPRESSED
    try:
        size = blobs.size(blob_of(prefix, stored.name, form))
    except Absent:
        form = PLAIN  # of an older version
        size = _size_of_plain(blobs, stored, prefix)
    if size != stored.size:
        raise _different(stored, prefix, f"{size:,} bytes instead of {stored.size:,}")
    packed = folder.with_name(f"{folder.name}.{form}")
    try:
        blobs.fetch(blob_of(prefix, stored.name, form), packed)
        with packed.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != stored.sha256:
            raise _different(stored, prefix, f"SHA-256 {digest} instead of {stored.sha256}")
        unpack(packed, folder, limits, is_compressed=form == COMPRESSED)
    finally:
        packed.unlink(missing_ok=True)


def _different(stored: Stored, prefix: str, how: str) -> OperatorError:
    text = f"artifact '{stored.name}' is not what its producer stored: {how}"
    return OperatorError(f"{text}; run the job again that provides it (its files are in {prefix})")


def _size_of_plain(blobs: Blobs, stored: Stored, prefix: str) -> int:
    try:
        return blobs.size(blob_of(prefix, stored.name, PLAIN))
    except Absent:
        text = f"artifact '{stored.name}' is not kept any more in {prefix}"
        raise Absent(f"{text}; run the job again that provides it") from None
