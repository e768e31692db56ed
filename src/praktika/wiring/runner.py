"""A runner of a local run, in this process."""

from __future__ import annotations

import importlib
import os
from functools import partial
from pathlib import Path

import praktika
from praktika import process_tree
from praktika.adapters.local.git import REPOSITORY_VARIABLES
from praktika.orchestrator import names
from praktika.runner.attempt import Bench
from praktika.runner.loop import Mailbox, Runner
from praktika.wiring.local_run import work_folder
from praktika.wiring.stores import open_stores


def build_runner(root: Path, run: str, name: str) -> Runner:
    """A runner that serves the tasks of one local run.

    Raises:
        OperatorError: the stores cannot be opened.
    """
    process_tree.become_subreaper()
    stores = open_stores(root)
    return Runner(
        Bench(
            blobs=stores.blobs,
            clock=stores.clock,
            work=work_folder(run),
            sources=work_folder(run) / "sources",
            library=_library(stores.state),
            name=name,
            inherited=_inherited(),
        ),
        Mailbox(
            queue=stores.queue,
            tasks=names.own_tasks(run),
            control=names.control(f"{run}-{name}"),
        ),
        on_bug=partial(_log_bug, name),
    )


def _log_bug(runner: str, error: Exception) -> None:
    # Loaded only when there is something to tell: it takes longer than everything else here.
    logs = importlib.import_module("praktika.wiring.logs")
    logs.logger(runner=runner).error("attempt.failed", exc_info=error)


def _inherited() -> dict[str, str]:
    """This environment, without what would lead a job's git back to the author's repository."""
    return {key: text for key, text in os.environ.items() if key not in REPOSITORY_VARIABLES}


def _library(state: Path) -> Path:
    """A folder that holds `praktika` alone, so that jobs of any Python can import it."""
    library = state / "lib"
    library.mkdir(exist_ok=True)
    package = Path(praktika.__file__).parent
    link = library / "praktika"
    if not link.is_symlink() or link.readlink() != package:
        draft = library / f"praktika.{os.getpid()}"
        draft.symlink_to(package)
        draft.replace(link)
    return library
