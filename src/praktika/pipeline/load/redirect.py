"""`ci.praktika` means the installed praktika.

Repositories that keep a copy of an older praktika in `ci/praktika` import it by that name. They
get this one, so that what they declare is of the classes that we know.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.abc import Loader
else:
    Loader = object  # importing importlib.abc costs eight milliseconds

_ALIAS = "ci.praktika"


def install() -> None:
    """Let `import ci.praktika…` give the installed modules from now on."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder:
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        if fullname == _ALIAS or fullname.startswith(_ALIAS + "."):
            return ModuleSpec(fullname, _Loader(), is_package=fullname == _ALIAS)
        return None


class _Loader(Loader):
    """Gives the real module under its second name, and leaves its own description alone."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(spec.name.removeprefix("ci."))
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec
