"""What a deploy uploads: functions as zips, praktika and its controller as wheels.

The same inputs give the same bytes: files are sorted, times and modes are fixed, wheels come from
locks with hashes. A digest is of inputs: nothing is built, and no network is needed, to know that
nothing has changed.
"""

from praktika.infrastructure.bundles.bundles import Bundles

__all__ = ["Bundles"]
