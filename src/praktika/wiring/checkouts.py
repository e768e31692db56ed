"""Checkouts on this machine, and what they may show to remotes."""

from __future__ import annotations

import os

from praktika.adapters.local.git.mirrors.checkouts import MirroredCheckouts, granted, no_credentials
from praktika.adapters.local.git.mirrors.remote import Credentials
from praktika.ports.checkouts import Checkouts
from praktika.wiring.places import cache_folder

CREDENTIALS = "PRAKTIKA_GIT_CREDENTIALS"
"""The variable with URLs that have credentials in them. Jobs never get it."""


def open_checkouts(forge: Credentials = no_credentials) -> Checkouts:
    """The checkouts that all processes of this machine share.

    Args:
        forge: credentials for a URL of a forge, "" for others. Those of the variable stand before.
    """

    def credentials(url: str) -> str:
        # Read when they are needed: most runs fetch nothing.
        return granted(os.environ.get(CREDENTIALS, ""))(url) or forge(url)

    return MirroredCheckouts(cache_folder() / "mirrors", credentials)
