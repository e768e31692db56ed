"""`praktika yaml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

import click

from praktika.cli.console import Console, Ink
from praktika.cli.group import verbatim
from praktika.errors import AuthorError, OperatorError
from praktika.pipeline.actions.files import HEADER, files
from praktika.wiring.checkout import compile_declaration, find_checkout


@click.command(
    "yaml",
    **verbatim("""
A workflow with engine=Workflow.Engine.GH_ACTIONS becomes a file in .github/workflows/ (or in
WORKFLOW_PATH_PREFIX). Files of workflows that are gone are removed; files that praktika has not
written are never touched.
"""),
)
@click.option("--all", "every", is_flag=True, help="Every workflow, whatever its engine.")
@click.option(
    "--check", is_flag=True, help="Write nothing; exit code 1 with a diff if one differs."
)
@click.pass_obj
def command(console: Console, /, *, every: bool, check: bool) -> int:
    """Write the workflows for GitHub Actions."""
    root = find_checkout().root
    compilation = compile_declaration(root)
    if any(problem.severity == "error" for problem in compilation.problems):
        raise AuthorError(compilation.problems)
    folder = _folder(root, str(compilation.settings["WORKFLOW_PATH_PREFIX"]))
    changes = list(_changes(folder, files(compilation, every=every)))
    if check:
        for change in changes:
            for line in change.diff(root):
                console.say(line)
        return 1 if changes else 0
    try:
        for change in changes:
            change.carry_out()
            word = Ink("removed" if change.new is None else "wrote", "green")
            console.say(word, f" {change.path.relative_to(root)}")
    except OSError as error:
        raise OperatorError(f"cannot write {error.filename}: {error.strerror}") from error
    if not changes:
        console.say("nothing to change")
    return 0


@dataclass(frozen=True, slots=True)
class _Change:
    """A file that is not as it should be; None where there is, or should be, none."""

    path: Path
    old: str | None
    new: str | None

    def carry_out(self) -> None:
        if self.new is None:
            self.path.unlink()
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(self.new, encoding="utf-8")

    def diff(self, root: Path) -> Iterator[str]:
        name = self.path.relative_to(root).as_posix()
        old, new = (text.splitlines() if text else [] for text in (self.old, self.new))
        return unified_diff(old, new, f"a/{name}", f"b/{name}", lineterm="")


def _folder(root: Path, setting: str) -> Path:
    folder = (root / setting).resolve()
    if not folder.is_relative_to(root.resolve()) or folder == root.resolve():
        raise AuthorError(text=f"WORKFLOW_PATH_PREFIX '{setting}' is no folder in the repository.")
    return root / folder.relative_to(root.resolve())


def _changes(folder: Path, wanted: Mapping[str, str]) -> Iterator[_Change]:
    """What is to be done, in the order of the files' names.

    Raises:
        OperatorError: somebody else's file is in the way.
    """
    there = {path.name for path in folder.glob("*.yml")} if folder.is_dir() else set()
    for name in sorted(there | wanted.keys()):
        path, new = folder / name, wanted.get(name)
        old = _read(path) if name in there else None
        is_ours = old is not None and old.startswith(HEADER)
        if new is None and is_ours:
            yield _Change(path, old, None)
        elif new is not None and name in there and not is_ours:
            raise OperatorError(
                f"{path} is in the way of a workflow, and not written by praktika: rename it"
            )
        elif new is not None and new != old:
            yield _Change(path, old, new)


def _read(path: Path) -> str | None:
    """The text of a file; None if it is none that praktika writes.

    Raises:
        OperatorError: it cannot be read.
    """
    try:
        return None if path.is_symlink() else path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None
    except OSError as error:
        raise OperatorError(f"cannot read {path}: {error.strerror}") from error
