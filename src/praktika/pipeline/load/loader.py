"""Loading a repository: its settings, its workflow files in sorted order, its infrastructure."""

# ruff: noqa: PTH112, PTH113, PTH118, PTH119, PTH206, PTH208 - pathlib costs start-up time

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

from praktika.pipeline import codes
from praktika.pipeline.check.sound import said, shown
from praktika.pipeline.declare.declared import Declared
from praktika.pipeline.declare.workflow import WorkflowConfig
from praktika.pipeline.finding import NOWHERE, Finding, Place, warning
from praktika.pipeline.load.failures import failure
from praktika.pipeline.load.redirect import install
from praktika.pipeline.load.settings import Read, read_settings
from praktika.pipeline.load.workflows import NAME, misspelt, own_workflows, unlisted, workflows_of
from praktika.pipeline.suggest import did_you_mean
from praktika.sdk.settings import files as settings_files
from praktika.sdk.settings import module_of, remember

PROJECT = "CloudInfrastructure"


class Loaded(NamedTuple):
    """What a repository declares.

    Attributes:
        root: of the repository, without symbolic links.
        workflows: in the order of their files.
        settings: all settings by name.
        projects: the declared infrastructure.
        findings: what went wrong while loading.
        places: where the author set a setting.
    """

    root: str
    workflows: list[WorkflowConfig]
    settings: dict[str, Any]
    projects: list[Declared]
    findings: list[Finding]
    places: dict[str, Place] = {}  # noqa: RUF012 - never changed


def executed(root: str) -> tuple[str, ...]:
    """The repository's files that were executed so far, relative to its root, sorted."""
    base = os.path.join(os.path.realpath(root), "")
    paths = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    paths += settings_files(root)
    real = (os.path.realpath(path) for path in paths if isinstance(path, str))
    names = {path.removeprefix(base) for path in real if path.startswith(base)}
    return tuple(sorted(name for name in names if name.isprintable()))


def _silent(path: str) -> None:
    """Nobody wants to know which file is being loaded."""
    del path


def load(root: str, begin: Callable[[str], None] = _silent) -> Loaded:
    """Execute a repository's declaration.

    The root and its `ci/` come first on `sys.path` and stay there.

    Args:
        root: of the repository.
        begin: is told the path of each file before it is executed.
    """
    root = os.path.realpath(root)
    sys.path[:0] = [root, os.path.join(root, "ci")]
    install()
    read = read_settings(root, begin)
    remember(read.values)
    findings = list(read.findings)
    loading = _Loading(root, read, findings, begin)
    loading.run()
    projects = _projects(root, read, findings, begin) if loading.found else []
    return Loaded(root, loading.workflows, read.values, projects, findings, read.places)


class _Loading:
    """The workflow files of one repository, while they are being loaded."""

    def __init__(
        self, root: str, read: Read, findings: list[Finding], begin: Callable[[str], None]
    ) -> None:
        self.workflows: list[WorkflowConfig] = []
        self.found = False
        self._root = root
        self._read = read
        self._findings = findings
        self._begin = begin
        self._unlisted: list[WorkflowConfig] = []
        self._empty: list[tuple[str, str]] = []

    def run(self) -> None:
        folder = os.path.join(self._root, str(self._read.values["WORKFLOWS_DIRECTORY"]))
        folder = os.path.normpath(folder)
        for path in self._files(folder):
            self._load(path)
        listed = set(map(id, self.workflows))
        self._findings.extend(unlisted(one) for one in self._unlisted if id(one) not in listed)
        for path, name in self._empty:
            if name not in sys.modules:  # nobody imported it again
                text = "The file defines no WORKFLOWS, and no other file imports it."
                hint = "Let a helper's name start with '_', or remove the file."
                self._findings.append(warning((path, 0), codes.NO_DEFINITIONS, text, hint))

    def _files(self, folder: str) -> list[str]:
        """The paths of the workflow files to load, in sorted order."""
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            names = []
        names = [name for name in names if name.endswith(".py") and name != "__init__.py"]
        self.found = bool(names)
        if not names:
            what = "has no Python files" if os.path.isdir(folder) else "does not exist"
            text = f"The folder of the workflows {what}."
            hint = "Run 'praktika init' to create a first workflow."
            self._findings.append(Finding((folder, 0), codes.NO_WORKFLOWS, text, hint))
            return []
        enabled = self._named("ENABLED_WORKFLOWS", names) or names
        disabled = self._named("DISABLED_WORKFLOWS", names)
        return [
            os.path.join(folder, name) for name in names if name in enabled and name not in disabled
        ]

    def _named(self, setting: str, names: list[str]) -> list[str]:
        """The file names that a setting lists; those that are not there are found fault with."""
        listed = _as_list(self._read.values[setting])
        place = self._read.places.get(setting, NOWHERE)
        make = Finding if setting.startswith("ENABLED") else warning
        for name in listed:
            if name not in names:
                text = f"{setting} names '{shown(name)}', which is no workflow file."
                self._findings.append(
                    make(place, codes.UNKNOWN_FILE, text, did_you_mean(name, names))
                )
        return listed

    def _load(self, path: str) -> None:
        name = _module_name(self._root, path)
        is_imported = name in sys.modules
        self._begin(path)
        try:
            module = module_of(path, name)
        except BaseException as error:  # noqa: BLE001 - the author's code may raise anything
            self._findings.append(failure(error, self._root, path))
            return
        if NAME in vars(module):
            self.workflows += workflows_of(module, path, self._findings)
            return
        slip = list(misspelt(module, path))
        self._findings.extend(slip)
        own = own_workflows(module, path)
        is_helper = os.path.basename(path).startswith("_")
        if slip or is_helper:
            return
        self._unlisted += own
        if not own and not is_imported:
            _forget(name, module)
            self._empty.append((path, name))


def _projects(
    root: str, read: Read, findings: list[Finding], begin: Callable[[str], None]
) -> list[Declared]:
    """The declared infrastructure, if there is any."""
    setting = "CLOUD_INFRASTRUCTURE_CONFIG_PATH"
    path = os.path.normpath(os.path.join(root, str(read.values[setting])))
    if not os.path.isfile(path):
        if read.values[setting] and setting in read.places:
            text = f"{setting} names '{read.values[setting]}', which does not exist."
            findings.append(Finding(read.places[setting], codes.MISSING_FILE, text))
        return []
    begin(path)
    try:
        module = module_of(path, _module_name(root, path))
    except BaseException as error:  # noqa: BLE001 - the author's code may raise anything
        findings.append(failure(error, root, path))
        return []
    value = vars(module).get("PROJECTS")
    if value is None:
        text = "The file defines no PROJECTS."
        hint = "Write PROJECTS = [CloudInfrastructure.Config(...)]."
        findings.append(warning((path, 0), codes.NO_PROJECTS, text, hint))
        value = list(vars(module).values())
    elif not _are_projects(value):
        text = f"PROJECTS is {said(value)} of other things, not a list of CloudInfrastructures."
        findings.append(Finding((path, 0), codes.WRONG_TYPE, text))
    items = value if isinstance(value, list | tuple) else []
    return [one for one in items if isinstance(one, Declared) and one.KIND == PROJECT]


def _are_projects(value: object) -> bool:
    return isinstance(value, list | tuple) and all(
        isinstance(one, Declared) and one.KIND == PROJECT for one in value
    )


def _module_name(root: str, path: str) -> str:
    """The name that an import statement would give a file, seen from the root."""
    parts = os.path.relpath(path, root).removesuffix(".py").split(os.sep)
    if all(part.isidentifier() for part in parts[:-1]):
        return ".".join(parts)
    return "_praktika_loaded." + ".".join(part.replace(".", "_") for part in parts)


def _forget(name: str, module: ModuleType) -> None:
    """Let the next import of a module execute it anew, which shows that somebody imports it."""
    del sys.modules[name]
    parent, _, child = name.rpartition(".")
    package = sys.modules.get(parent)
    if package is not None and vars(package).get(child) is module:
        delattr(package, child)


def _as_list(value: object) -> list[Any]:
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    return [value] if value else []
