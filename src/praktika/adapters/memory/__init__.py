"""Adapters that keep everything in this process: for tests, simulations and trials.

They keep the promises of the ports in full, and what crosses them goes through the wire encoding,
so a value that cannot be stored shows up here and not first in production.
"""

from praktika.adapters.memory.blobs import MemoryBlobs
from praktika.adapters.memory.board import MemoryBoard
from praktika.adapters.memory.clock import ManualClock
from praktika.adapters.memory.forge import MemoryForge
from praktika.adapters.memory.groups import MemoryGroups
from praktika.adapters.memory.journal import MemoryJournal
from praktika.adapters.memory.queue import MemoryQueue
from praktika.adapters.memory.registry import MemoryRegistry
from praktika.adapters.memory.secrets import MemorySecrets
from praktika.adapters.memory.tokens import MemoryTokens
from praktika.adapters.memory.trees import MemoryTrees

__all__ = [
    "ManualClock",
    "MemoryBlobs",
    "MemoryBoard",
    "MemoryForge",
    "MemoryGroups",
    "MemoryJournal",
    "MemoryQueue",
    "MemoryRegistry",
    "MemorySecrets",
    "MemoryTokens",
    "MemoryTrees",
]
