"""Which submodules a commit may name. Pure.

A pull request can write anything into `.gitmodules`. What git's own rules would refuse is refused
here, too, with a text that says which submodule it is; and names become no paths at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from praktika.adapters.local.git.mirrors.remote import Remote, submodule_remote
from praktika.errors import OperatorError

_OF_GIT = re.compile(r"\.git|git~\d+", re.IGNORECASE)
# Characters that some file systems ignore in names: `.g<U+200C>it` is `.git` there.
_IGNORED = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Submodule:
    """A submodule that is to be checked out.

    Attributes:
        path: of its folder, relative to the one that contains it.
        sha: the recorded commit.
        remote: where to fetch it from.
    """

    path: str
    sha: str
    remote: Remote


def submodules(
    settings: Iterable[tuple[str, str]], recorded: Mapping[str, str], parent: Remote
) -> list[Submodule]:
    """What to check out, in the order of the paths.

    Args:
        settings: of `.gitmodules`, as `git config` lists them.
        recorded: the commits that the tree names, by path.
        parent: where the commit comes from.

    Raises:
        OperatorError: one of them is not to be trusted, or has no URL.
    """
    declared = _by_path(settings)
    found = []
    for path, sha in sorted(recorded.items()):
        name, settings_of = declared.get(path, ("", {}))
        if not settings_of.get("url"):
            raise _refused(path, name, "no URL is known for it in .gitmodules")
        if settings_of.get("update") == "none":
            continue
        try:
            found.append(
                Submodule(path=path, sha=sha, remote=submodule_remote(settings_of["url"], parent))
            )
        except OperatorError as error:
            raise _refused(path, name, str(error)) from None
    return found


def _by_path(settings: Iterable[tuple[str, str]]) -> dict[str, tuple[str, dict[str, str]]]:
    by_name: dict[str, dict[str, str]] = {}
    for key, value in settings:
        section, _, rest = key.partition(".")
        name, dot, variable = rest.rpartition(".")
        if section == "submodule" and dot:
            by_name.setdefault(name, {})[variable] = value
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for name, settings_of in by_name.items():
        path = settings_of.get("path", "")
        if not name or ".." in re.split(r"[/\\]", name):
            raise _refused(path, name, "its name leads elsewhere")
        if settings_of.get("update", "").startswith("!"):
            raise _refused(path, name, "its 'update' would run a command")
        if path:
            _check_path(path.rstrip("/"), name)
            found[path.rstrip("/")] = name, settings_of
    return found


def _check_path(path: str, name: str) -> None:
    parts = path.split("/")
    if path.startswith(("/", "-")) or any(part in {"", ".", ".."} for part in parts):
        raise _refused(path, name, "its path leads elsewhere")
    if any(_OF_GIT.fullmatch(_IGNORED.sub("", part)) for part in parts):
        raise _refused(path, name, "its path is git's own")


def _refused(path: str, name: str, why: str) -> OperatorError:
    shown = (path or name).encode("unicode_escape").decode()[:200]
    called = f", called '{name.encode('unicode_escape').decode()[:200]}'" if name != path else ""
    return OperatorError(f"the submodule '{shown}'{called if name else ''} is refused: {why}")
