"""Tokens that are asked for in the name of an attempt: security 18, faults 1 and 2."""

from __future__ import annotations

import pytest
from tests.unit.engine.scenes import CHANGE, Scene, job, key

from praktika.adapters.memory import ManualClock, MemoryTokens
from praktika.engine.run import Run
from praktika.errors import Absent, Denied
from praktika.model.tokens import Attempt
from praktika.orchestrator.tokens import AttemptTokens
from praktika.ports.tokens import Grant

READ = {"contents": "read"}


class Office:
    """A run with two jobs, of which one speaks to GitHub, and a broker that would give more."""

    def __init__(self) -> None:
        self.scene = Scene(job("a"), job("b", config={"enable_gh_auth": True}), facts=CHANGE)
        self.broker = MemoryTokens(ManualClock(), "o/r", "o/other")

    def run_of(self, run: str) -> Run:
        if run != "run-1":
            raise Absent(f"there is no run {run}")
        return self.scene.run

    def ask(
        self,
        permissions: dict[str, str],
        *,
        name: str = "a",
        repository: str = "o/r",
        run: str = "run-1",
    ) -> Grant | None:
        """What the token may do that an attempt gets."""
        tokens = AttemptTokens(self.broker, self.run_of, Attempt(run=run, job=key(name), attempt=1))
        grant = Grant(repository=repository, permissions=permissions)
        return self.broker.grant_of(tokens.own_token(grant).value)


@pytest.fixture
def office() -> Office:
    return Office()


def test_an_attempt_gets_what_it_may_have_and_asks_for(office):
    assert office.ask(READ) == Grant(repository="o/r", permissions=READ)
    assert office.ask(READ, repository="O/R") == Grant(repository="o/r", permissions=READ)
    comments = {"issues": "write"}
    assert office.ask(comments, name="b") == Grant(repository="o/r", permissions=comments)


@pytest.mark.parametrize(
    "permissions",
    [
        {},
        {"contents": "write"},
        {"issues": "write"},
        {**READ, "checks": "write"},
        {"secrets": "read"},
    ],
)
def test_what_it_may_not_have_is_refused_and_nothing_is_minted(office, permissions):
    with pytest.raises(Denied, match="of run run-1 may not have"):
        office.ask(permissions)
    assert not office.broker.minted


def test_other_repositories_and_other_runs_are_refused(office):
    with pytest.raises(Denied):
        office.ask(READ, repository="o/other")
    with pytest.raises(Absent):
        office.ask(READ, run="run-2")
    assert not office.broker.minted


def test_when_the_attempt_is_over_there_is_nothing_more(office):
    office.scene.start("a")
    assert office.ask(READ)
    office.scene.finish("a")
    with pytest.raises(Denied):
        office.ask(READ)


def test_each_token_is_its_own_and_can_be_ended(office):
    who = Attempt(run="run-1", job=key("a"), attempt=1)
    tokens = AttemptTokens(office.broker, office.run_of, who)
    grant = Grant(repository="o/r", permissions=READ)
    shared = office.broker.token(grant)
    found = [tokens.token(grant), tokens.token(grant), tokens.own_token(grant)]
    assert len({token.value for token in [*found, shared]}) == 4
    tokens.revoke(found[0])
    assert office.broker.grant_of(found[0].value) is None
    assert office.broker.grant_of(shared.value) is not None
