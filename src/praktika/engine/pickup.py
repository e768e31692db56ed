"""Why nobody takes a job, in words. Pure."""

from __future__ import annotations

from praktika.model.facts import Trust
from praktika.model.supply import Supply


def cause(label: str, supply: Supply, trust: Trust = "trusted") -> str:
    """One clause: what is wrong with the pool that serves this label, and code of this trust."""
    kind = "untrusted " if trust == "untrusted" else ""
    pool = f"{kind}pool '{label}'"
    if not supply.known and kind:
        return (
            f"no pool serves the label '{label}' for untrusted code, which trusted runners do not"
            f" take (`praktika runner --label {label} --untrusted` would)"
        )
    if not supply.known:
        return f"no pool serves the label '{label}'"
    if supply.complaint:
        return f"no capacity in {pool}: {supply.complaint}"
    if supply.maximum is not None and supply.runners >= supply.maximum:
        return f"{pool} is at its maximum of {supply.maximum} runners, all of which are busy"
    if supply.coming:
        more = f"{supply.coming} runner{' is' if supply.coming == 1 else 's are'}"
        rest = f", and all {supply.runners} others are busy" if supply.runners else ""
        return f"{more} being started in {pool}{rest}"
    if supply.runners == 0:
        return f"no runner of {pool} lives"
    return f"all {supply.runners} runners of {pool} are busy"
