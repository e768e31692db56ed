"""Which modules of praktika one of them needs: found by reading, without importing anything.

Imports within functions count, those for type checkers alone do not.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "praktika"
PROVIDED = frozenset({"boto3", "botocore", "s3transfer"})
"""What functions find in the cloud; it is imported by what they do not use."""


@dataclass(frozen=True, slots=True)
class Closure:
    """What a module needs.

    Attributes:
        files: of praktika, by their paths in an archive: `praktika/model/plan.py`.
        others: top-level names of all else that is imported, but the standard library.
    """

    files: dict[str, Path]
    others: frozenset[str]


def closure(module: str, root: Path) -> Closure:
    """What a module needs.

    Args:
        module: `praktika.lambdas.webhook`.
        root: the folder of the package praktika.
    """
    files: dict[str, Path] = {}
    others: set[str] = set()
    left = [module]
    while left:
        name = left.pop()
        if name.partition(".")[0] != PACKAGE:
            others.add(name.partition(".")[0])
            continue
        path = _file(name, root)
        if path is None:  # a name within a module, not a module
            continue
        place = f"{PACKAGE}/{path.relative_to(root).as_posix()}"
        if place not in files:
            files[place] = path
            left += [*_parents(name), *_imported(ast.parse(path.read_bytes()))]
    return Closure(dict(sorted(files.items())), frozenset(others - sys.stdlib_module_names))


def _file(module: str, root: Path) -> Path | None:
    path = root.joinpath(*module.split(".")[1:])
    for found in (path / "__init__.py", path.with_suffix(".py")):
        if found.is_file():
            return found
    return None


def _parents(module: str) -> Iterator[str]:
    while "." in module:
        module = module.rpartition(".")[0]
        yield module


def _imported(node: ast.AST) -> Iterator[str]:
    """Names that may be modules, below a node."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.Import(names=names):
                yield from (one.name for one in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield module
                if module.partition(".")[0] == PACKAGE:
                    yield from (f"{module}.{one.name}" for one in names)
            case ast.If(test=test, orelse=others) if _is_for_checkers(test):
                yield from _imported(ast.Module(body=others, type_ignores=[]))
            case _:
                yield from _imported(child)


def _is_for_checkers(test: ast.expr) -> bool:
    return isinstance(test, ast.Name | ast.Attribute) and "TYPE_CHECKING" in ast.unparse(test)
