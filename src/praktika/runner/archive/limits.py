"""What an archive may be, for those who write and those who read it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

DEEPEST: Final = 256
"""Names that a path may consist of."""


class Refused(Exception):
    """An archive, or one of its entries, is not accepted; the text is for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How large an archive may be.

    Attributes:
        bytes: of all its files, unpacked; headers count.
        files: how many entries it may have: files, links, and folders.
        ratio: how many times larger than packed it may be, once it is larger than `exempt`.
        exempt: bytes up to which the ratio is not looked at.
    """

    bytes: int = 256 << 30
    files: int = 1_000_000
    ratio: int = 1_000
    exempt: int = 1 << 30

    def unpacked(self, packed: int) -> int:
        """Bytes that an archive of `packed` bytes may come to."""
        return min(self.bytes, max(self.exempt, self.ratio * packed))


def shown(name: bytes) -> str:
    """A name as messages show it: quoted, one line, whatever it holds."""
    text = name.decode("utf-8", "backslashreplace")
    plain = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text[:201])
    return f"'{plain if len(text) <= 200 else plain[:200] + '…'}'"


def link_fault(name: bytes, target: bytes) -> str:
    """Why a symbolic link at `name` may not lead to `target`, or "".

    A target goes up first, no further than the archive's root, and then down. One that goes up
    again behind a name could leave through another link, whatever it looks like.
    """
    parts = [part for part in target.split(b"/") if part not in {b"", b"."}]
    ups = 0
    while ups < len(parts) and parts[ups] == b"..":
        ups += 1
    what = f"{shown(name)} is a link to {shown(target)}"
    if target.startswith(b"/") or ups > name.count(b"/"):
        return f"{what}, which is not in the workspace"
    if b".." in parts[ups:]:
        return f"{what}, which goes up again after it went down"
    return "" if target and b"\0" not in target else f"{what}, which is no path"
