"""The runs that were recorded here, and which of them a word on the command line means."""

from __future__ import annotations

import re

from praktika.cli.naming import listed
from praktika.errors import AuthorError
from praktika.pipeline.suggest import did_you_mean
from praktika.wiring.checkout import find_checkout
from praktika.wiring.history import Archive, Recorded
from praktika.wiring.stores import has_stores, open_stores

__all__ = ["History", "Recorded", "need_history", "open_history"]

_SEARCHED = 100_000
"""Runs among which a prefix is looked for: all that anybody keeps."""


class History(Archive):
    """The runs of one checkout."""

    def ids(self, limit: int = _SEARCHED) -> list[str]:
        """Ids of the runs, the newest first."""
        return self.stores.journal.runs(limit=limit)

    def find(self, word: str) -> str:
        """The id of the run that a word means: an id, the beginning of one, `latest`, `-2`.

        Raises:
            AuthorError: it means none, or several.
        """
        back = re.fullmatch(r"latest(?:~(\d+))?", word)
        if back is not None:
            return self._back(int(back[1] or 0))
        ids = self.ids()
        found = [word] if word in ids else [run for run in ids if word and run.startswith(word)]
        if len(found) == 1:
            return found[0]
        if found:
            raise AuthorError(text=f"'{word}' may mean the runs {listed(found)}.")
        hint = did_you_mean(word, ids[:1000])
        parts = [f"There is no run '{word}'.", hint, "`praktika runs` lists them."]
        raise AuthorError(text=" ".join(part for part in parts if part))

    def _back(self, steps: int) -> str:
        ids = self.ids(steps + 1)
        if steps < len(ids):
            return ids[steps]
        if not ids:
            raise AuthorError(text="Nothing has been run here yet. `praktika run` runs something.")
        there = "is only one run" if len(ids) == 1 else f"are only {len(ids)} runs"
        raise AuthorError(text=f"There {there}.")


def open_history() -> History | None:
    """The history of the checkout around the working directory; None if nothing was run there.

    Raises:
        OperatorError: it cannot be opened.
    """
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
        raise AuthorError(text="Nothing has been run here yet. `praktika run` runs something.")
    return history
