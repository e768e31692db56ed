"""What was published of a run: kept beside it, so that any process can go on."""

from __future__ import annotations

import msgspec

from praktika.errors import Absent
from praktika.model.wire import WireError, decode, encode
from praktika.patience import patiently
from praktika.ports.blobs import Blobs


class Published(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one folder.

    Attributes:
        artifact: whose files it is to have.
        commit: of the branch of pages, that has them; "" if there is none.
        url: where people find them.
        problem: why they could not be published, or "".
        is_shown: whether the forge shows this.
    """

    artifact: str
    commit: str = ""
    url: str = ""
    problem: str = ""
    is_shown: bool = False


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The blob `runs/<id>/pages.json`.

    Attributes:
        round: of the run.
        outdated: why nothing more is published, or "".
        folders: by folder.
    """

    round: int = 0
    outdated: str = ""
    folders: dict[str, Published] = {}


def load(blobs: Blobs, run_id: str, round_: int) -> Record:
    """What was published in this round."""
    try:
        record = decode(patiently(lambda: blobs.get(_key(run_id))), Record)
    except (Absent, WireError):
        return Record(round=round_)
    return record if record.round == round_ else Record(round=round_)


def save(blobs: Blobs, run_id: str, record: Record) -> None:
    """Store it."""
    data = encode(record)
    patiently(lambda: blobs.put(_key(run_id), data))


def _key(run_id: str) -> str:
    return f"runs/{run_id}/pages.json"
