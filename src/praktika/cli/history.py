"""The runs that were recorded here, and which of them a word on the command line means."""

from __future__ import annotations

import importlib
import re

from praktika.cli.naming import listed
from praktika.cli.server import chosen_server
from praktika.errors import AuthorError
from praktika.pipeline.suggest import did_you_mean
from praktika.wiring.checkout import find_checkout
from praktika.wiring.runs.history import Archive, Recorded
from praktika.wiring.stores import has_stores, open_stores

__all__ = ["History", "Recorded", "need_history", "open_history"]

NOTHING = "Nothing has been run here yet. `praktika run` runs something."
NOTHING_THERE = "Nothing has been run on AWS yet. A push or a pull request starts something."

_SEARCHED = 100_000
"""Runs among which a prefix is looked for: all that anybody keeps. A server gives fewer."""

_ID = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._-]{1,128}")


class History(Archive):
    """The runs of one checkout, or of a server."""

    def ids(self, limit: int = _SEARCHED) -> list[str]:
        """Ids of the runs, the newest first."""
        return self.stores.journal.runs(limit=limit)

    def has(self, word: str) -> bool:
        """Whether that is the id of a run."""
        return bool(_ID.fullmatch(word) and self.stores.journal.read(word))

    def find(self, word: str) -> str:
        """The id of the run that a word means: an id, the beginning of one, `latest`, `-2`.

        Raises:
            AuthorError: it means none, or several.
        """
        back = re.fullmatch(r"latest(?:~(\d+))?", word)
        if back is not None:
            return self._back(int(back[1] or 0))
        if self.has(word):
            return word
        ids = self.ids()
        found = [run for run in ids if word and run.startswith(word)]
        if len(found) == 1:
            return found[0]
        if found:
            raise AuthorError(text=f"'{word}' may mean the runs {listed(found)}.")
        hint = did_you_mean(word, ids[:1000])
        parts = [f"There is no run '{word}'.", hint, "`praktika runs` lists them."]
        raise AuthorError(text=" ".join(part for part in parts if part))

    @property
    def emptiness(self) -> str:
        """What is said where there are no runs."""
        if not self.stores.server:
            return NOTHING_THERE if self.stores.is_remote else NOTHING
        return f"Nothing has been run at {self.stores.server} yet. `praktika dispatch` asks for it."

    def _back(self, steps: int) -> str:
        ids = self.ids(steps + 1)
        if steps < len(ids):
            return ids[steps]
        if not ids:
            raise AuthorError(text=self.emptiness)
        there = "is only one run" if len(ids) == 1 else f"are only {len(ids)} runs"
        raise AuthorError(text=f"There {there}.")


def open_history() -> History | None:
    """The history of the chosen server, or of the checkout around the working directory.

    None if nothing was run in the checkout.

    Raises:
        OperatorError: it cannot be opened.
    """
    server = chosen_server()
    if server:
        # Loaded only where it is wanted: HTTP takes as long as all the rest.
        return History(importlib.import_module("praktika.wiring.remote.server").open_server(server))
    root = find_checkout().root
    return History(open_stores(root)) if has_stores(root) else None


def need_history() -> History:
    """The same, for those who cannot do without.

    Raises:
        AuthorError: nothing was run here yet.
        OperatorError: it cannot be opened.
    """
    history = open_history()
    if history is None:
        raise AuthorError(text=NOTHING)
    return history
