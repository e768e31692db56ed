"""Commits of a repository on this machine, by what people call them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from praktika.adapters.local.git.call import call, text
from praktika.errors import AuthorError, OperatorError


def commit_id(root: Path, name: str) -> str:
    """The id of the commit that a branch, a tag, an id or `HEAD~2` means.

    Raises:
        AuthorError: there is no such commit.
        OperatorError: the folder is in no git repository.
    """
    if call(root, "rev-parse", "--git-dir", check=False).returncode != 0:
        raise OperatorError(f"{root} is no git repository: there are no commits to compare with")
    options = ("--verify", "--quiet", "--end-of-options")
    answer = call(root, "rev-parse", *options, f"{name}^{{commit}}", check=False)
    if answer.returncode != 0 or answer.stdout.startswith(b"^"):  # "all but that"
        raise AuthorError(
            text=f"There is no commit '{name}' here. `git fetch` it if it is somewhere else."
        )
    return text(answer.stdout)


def export(root: Path, sha: str, target: Path) -> None:
    """Write the files of a commit to a new folder; submodules are empty folders there."""
    target.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="praktika-index-") as folder:
        more = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        call(root, "read-tree", sha, more=more)
        call(root, "checkout-index", "--all", f"--prefix={target}/", more=more)
