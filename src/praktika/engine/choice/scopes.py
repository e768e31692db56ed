"""Who may reuse whose outcomes. Pure.

Every outcome is kept in the scope of the run that made it. A run reads its own scope and those of
people it trusts: what a pull request made is never read by a branch, whatever its branch is
called; what untrusted code made is read by its own pull request only.
"""

from __future__ import annotations

from dataclasses import dataclass

from praktika.model.facts import Facts


@dataclass(frozen=True, slots=True)
class Scopes:
    """The scopes of a run.

    Attributes:
        writes: where its own outcomes are kept.
        reads: where it looks for outcomes, in this order.
        main: that of the main branch.
    """

    writes: str
    reads: tuple[str, ...]
    main: str = ""


def scopes(facts: Facts, host: str, main: str) -> Scopes:
    """The scopes of a run of this code.

    Args:
        facts: of the run.
        host: the machine and checkout of a run that one process serves.
        main: the main branch.
    """
    own = _own(facts, host)
    base = facts.base_branch if facts.pr_number > 0 else facts.branch
    # Whoever runs code by hand may read what a branch made; a branch never reads what they made.
    trusted = (_branch(name) for name in (base, main) if name)
    return Scopes(own, tuple(dict.fromkeys((own, *trusted))), _branch(main))


def _own(facts: Facts, host: str) -> str:
    place = f"pull request {facts.pr_number}" if facts.pr_number > 0 else _branch(facts.branch)
    if not facts.branch and facts.pr_number <= 0:
        place = f"commit {facts.sha}"
    if facts.trust == "untrusted":
        return f"untrusted {place}"
    if facts.local:
        return f"machine {host}"
    return f"by hand {place}" if facts.by_hand else place


def _branch(name: str) -> str:
    return f"branch {name}"
