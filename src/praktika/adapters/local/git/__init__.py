"""Git on this machine: the author's checkout, its commits and trees, and what differs from them."""

from praktika.adapters.local.git.checkout import (
    Checkout,
    dirty,
    find,
    published_at,
    snapshot,
    submodule_states,
)

__all__ = ["Checkout", "dirty", "find", "published_at", "snapshot", "submodule_states"]
