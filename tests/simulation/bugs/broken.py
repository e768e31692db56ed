"""Engines with a bug: copies of the engine's modules, one of them with a fragment exchanged."""

from __future__ import annotations

import builtins
import importlib
import inspect
from dataclasses import dataclass
from functools import cache
from types import CodeType, ModuleType
from typing import Any

from tests.simulation.history import Engine

ROOM = "praktika.engine."
DECIDING = (
    "outcome",
    "retry",
    "reused",
    "decision",
    "approval",
    "sound",
    "due",
    "moves",
    "rerun",
    "timers",
    "step",
)
"""The modules that are copied, each after those that it imports. The classes of `run` are shared, so
that states of both kinds of engine can be compared."""


@dataclass(frozen=True)
class Bug:
    """A deliberate one.

    A fragment that is not in the source exactly once is an error, so the bugs follow the engine.

    Attributes:
        title: what it does wrong.
        noticed_by: name of the rule that it breaks.
        old, new: the fragment and its replacement.
        module: where the fragment is.
    """

    title: str
    noticed_by: str
    old: str
    new: str
    module: str = "step"

    def engine(self) -> Engine:
        """The engine with this bug; the real one is untouched."""
        copies: dict[str, ModuleType] = {}
        for name in DECIDING:
            code = _code(name, self.old, self.new) if name == self.module else _code(name)
            copies[ROOM + name] = _copy(ROOM + name, code, copies)
        step = copies[ROOM + "step"]
        return Engine(step.step, step.due, step.replay)


@cache
def _code(name: str, old: str = "", new: str = "") -> CodeType:
    module = importlib.import_module(ROOM + name)
    source = inspect.getsource(module)
    if old:
        assert source.count(old) == 1, f"{old!r} is in {source.count(old)} places of {name}"
        source = source.replace(old, new)
    return compile(source, module.__file__ or "", "exec")


def _copy(name: str, code: CodeType, copies: dict[str, ModuleType]) -> ModuleType:
    """A fresh module, whose imports are the copies, as far as there are any."""

    def imported(name: str, *rest: Any) -> ModuleType:
        return copies.get(name) or builtins.__import__(name, *rest)

    module = ModuleType(name)
    module.__dict__["__builtins__"] = {**vars(builtins), "__import__": imported}
    exec(code, module.__dict__)
    return module
