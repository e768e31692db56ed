"""Checkouts on this machine, and what they may show to remotes."""

from __future__ import annotations

import os

from praktika.adapters.local.git.mirrors.checkouts import MirroredCheckouts, granted
from praktika.ports.checkouts import Checkouts
from praktika.wiring.places import cache_folder

CREDENTIALS = "PRAKTIKA_GIT_CREDENTIALS"
"""The variable with URLs that have credentials in them. Jobs never get it."""


def open_checkouts() -> Checkouts:
    """The checkouts that all processes of this machine share."""
    return MirroredCheckouts(cache_folder() / "mirrors", _credentials)


def _credentials(url: str) -> str:
    """Read when they are needed: most runs fetch nothing."""
    return granted(os.environ.get(CREDENTIALS, ""))(url)
