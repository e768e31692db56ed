"""Archives of files: tar, compressed by zstd, written and read as streams.

Nothing is ever held whole in memory. What is written is hashed on the way. What is read comes from
an empty folder's point of view: an archive that would reach out of its folder, has what is no file,
or is larger than the limits is refused with the entry's name, and leaves nothing.

Names are bytes here, as the file system has them.
"""

from praktika.runner.archive.limits import Limits, Refused
from praktika.runner.archive.pack import Packed, pack
from praktika.runner.archive.unpack import unpack

__all__ = ["Limits", "Packed", "Refused", "pack", "unpack"]
