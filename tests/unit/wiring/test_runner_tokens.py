"""Tokens for runners: what an attempt may have follows from its run (security 18, faults 1, 2)."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from praktika.adapters.memory.clock import ManualClock
from praktika.adapters.memory.journal import MemoryJournal
from praktika.adapters.memory.tokens import MemoryTokens
from praktika.errors import Denied
from praktika.model.events import Planned, RunRequested
from praktika.model.facts import Facts, Trust
from praktika.model.forge import Subject
from praktika.model.plan import Job, Plan
from praktika.model.tokens import TokenAsked, TokenReturned
from praktika.wiring.github.tokens import RunnerTokens

SHOP = "acme/shop"


class Scene:
    def __init__(self, trust: Trust = "trusted") -> None:
        self.broker = MemoryTokens(ManualClock(), SHOP, "acme/other")
        journal = MemoryJournal()
        job = Job(key="unit", name="Unit", command="x")
        plan = Plan(workflow="W", event="push", jobs=(job,))
        request = RunRequested(
            at=1.0,
            workflow="W",
            facts=Facts(repository=SHOP, local=False, trust=trust),
            subject=Subject(repository=SHOP, sha="a" * 40),
        )
        journal.append("r", 0, [request, Planned(at=2.0, plan=plan)])
        self.desk = RunnerTokens(self.broker, SimpleNamespace(journal=journal))  # type: ignore[arg-type]

    def ask(self, *, secret="", repository=SHOP, attempt=1, run="r", job="unit", **permissions):
        asked = TokenAsked(
            run=run,
            job=job,
            attempt=attempt,
            repository=repository,
            permissions=permissions or {"contents": "read"},
        )
        return self.desk.give(secret or self.desk.secrets["trusted"], asked)


@pytest.fixture
def scene():
    return Scene()


def test_an_attempt_may_fetch_its_code(scene):
    assert scene.ask().value
    (grant,) = scene.broker.minted
    assert (grant.repository, dict(grant.permissions)) == (SHOP, {"contents": "read"})


@pytest.mark.parametrize(
    "asked",
    [
        {"repository": "acme/other"},
        {"contents": "write"},
        {"checks": "write"},
        {"attempt": 2},
        {"job": "other"},
        {"run": "unknown"},
        {"secret": "guessed"},
    ],
)
def test_whatever_else_is_refused_faults_1_and_2(scene, asked):
    with pytest.raises(Denied):
        scene.ask(**asked)
    assert scene.broker.minted == []


def test_a_token_that_is_given_back_ends(scene):
    value = scene.ask().value
    returned = TokenReturned(run="r", job="unit", attempt=1, value=value)
    with pytest.raises(Denied):
        scene.desk.take_back("guessed", returned)
    scene.desk.take_back(scene.desk.secrets["trusted"], returned)


@pytest.mark.parametrize(("runs", "asks"), [("trusted", "untrusted"), ("untrusted", "trusted")])
def test_security_18_a_runner_for_strangers_gets_nothing_for_other_runs(runs: Trust, asks: Trust):
    """What strangers can do to a runner, they do: its secret is theirs."""
    scene = Scene(runs)
    with pytest.raises(Denied, match=f"run r is {runs}"):
        scene.ask(secret=scene.desk.secrets[asks])
    assert scene.broker.minted == []
    assert scene.ask(secret=scene.desk.secrets[runs]).value
