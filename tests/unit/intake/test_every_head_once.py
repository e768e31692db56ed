"""Webhooks are lost, doubled and shuffled; every head is run exactly once (security 4 and 5)."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from tests.unit.intake.scene import SHOP, Scene, sha

from praktika.errors import Unavailable
from praktika.intake.names import NOTICES, group_of
from praktika.model.events import RunRequested
from praktika.model.notices import AnyNotice, PullChanged, Pushed
from praktika.model.wire import encode

PULLS = range(1, 9)


class Story:
    """A day of pushes, of which webhooks tell badly."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.scene = Scene()
        self.heads = {number: f"pull {number} first" for number in PULLS}
        self.tips = ["main"]
        self.waiting: list[AnyNotice] = []
        for number in PULLS:
            self.scene.pull(number, self.heads[number])
        self.scene.reconciler.look(SHOP)  # what is there already is noted only
        self.told = 0

    def push(self) -> None:
        self.told += 1
        if self.random.random() < 0.3:
            tip = f"main {self.told}"
            self.scene.forge.put_commit(SHOP, sha(tip), sha(self.tips[-1]))
            self.scene.forge.put_branch(SHOP, "main", sha(tip))
            before = sha(self.tips[-1])
            self.tips.append(tip)
            self.tell(Pushed(delivery=f"d{self.told}", repository=SHOP, sender="ann",
                             branch="main", sha=sha(tip), before=before))  # fmt: skip
        else:
            number = self.random.choice(PULLS)
            self.heads[number] = f"pull {number} {self.told}"
            self.scene.pull(number, self.heads[number])
            self.tell(PullChanged(delivery=f"d{self.told}", repository=SHOP, sender="bob",
                                  number=number, action="synchronize",
                                  sha=sha(self.heads[number])))  # fmt: skip

    def tell(self, notice: AnyNotice) -> None:
        fate = self.random.random()
        if fate < 0.2:
            return
        copies = 2 if fate < 0.4 else 1
        for _ in range(copies):
            self.waiting.insert(self.random.randint(0, len(self.waiting)), notice)

    def deliver(self, count: int) -> None:
        for notice in self.waiting[:count]:
            self.scene.queue.send(
                NOTICES, [encode(notice)], group=group_of(notice), identity=[notice.delivery]
            )
        del self.waiting[:count]
        if self.random.random() < 0.2:
            self.scene.forge.failure = Unavailable("for a moment")
            self.scene.worker.turn()
            self.scene.forge.failure = None
        self.scene.clock.advance(self.random.choice((0.1, 3.0, 400.0)))
        while self.scene.worker.turn():
            pass
        self.scene.deal()

    def end(self) -> None:
        self.deliver(len(self.waiting))
        for _ in range(3):
            self.scene.clock.advance(130.0)  # also what was leased by somebody who failed
            while self.scene.worker.turn():
                pass
            self.scene.reconciler.look(SHOP)
            self.scene.deal()


@pytest.mark.parametrize("seed", range(25))
def test_every_head_is_run_exactly_once_security_4_and_5(seed):
    story = Story(seed)
    for _ in range(40):
        story.push()
        if story.random.random() < 0.5:
            story.deliver(story.random.randint(0, 5))
        if story.random.random() < 0.1:
            story.scene.reconciler.look(SHOP)
            story.scene.deal()
    story.end()
    # What a run does is decided by the first request that it gets; a later one changes nothing.
    begun = Counter()
    for run in story.scene.journal.runs(limit=10_000):
        requests = [e for e in story.scene.journal.read(run) if isinstance(e, RunRequested)]
        assert len(requests) == 1
        begun[requests[0].workflow, requests[0].facts.sha] += 1
    assert max(begun.values()) == 1
    for number, head in story.heads.items():
        if head != f"pull {number} first":
            assert begun["PR", sha(head)] == 1, f"pull {number}"
    if len(story.tips) > 1:
        assert begun["Main", sha(story.tips[-1])] == 1
    assert all(isinstance(trouble, Unavailable) for trouble in story.scene.troubles)


def test_a_repository_that_is_new_here_is_only_noted():
    scene = Scene()
    scene.forge.put_branch(SHOP, "main", sha("main"))
    scene.pull(1, "old")
    assert scene.reconciler.look(SHOP) == 0
    assert scene.deal() == {}
    scene.pull(1, "new")
    assert scene.reconciler.look(SHOP) == 1
    assert len(scene.deal()) == 1


def test_what_webhooks_have_told_of_before_the_first_look_is_known_then():
    """A push that was not told of between the first webhook and the first look is run."""
    scene = Scene()
    scene.pull(7, "one")
    scene.intake.take(PullChanged(delivery="1", repository=SHOP, number=7, action="opened"))
    scene.deal()
    scene.pull(7, "two")
    assert scene.reconciler.look(SHOP) == 1
    told = [event for events in scene.deal().values() for event in events]
    assert [event.facts.sha for event in told if isinstance(event, RunRequested)] == [sha("two")]


def test_a_new_workflow_does_not_start_for_all_that_is_open():
    scene = Scene()
    scene.pull(1, "a")
    scene.reconciler.look(SHOP)
    scene.routes = (*scene.routes, scene.routes[0])
    scene.forge.put_branch(SHOP, "main", sha("with another workflow"))
    scene.reconciler.look(SHOP)
    assert {run.partition("-")[0] for run in scene.deal()} == {"main"}


def test_one_head_that_troubles_does_not_keep_the_others_waiting():
    scene = Scene()
    scene.reconciler.look(SHOP)
    scene.pull(1, "a", base_branch="gone")
    scene.pull(2, "b")
    assert scene.reconciler.look(SHOP) == 1
    assert len(scene.deal()) == 1
    assert "head.delayed" in scene.logged
    scene.forge.put_branch(SHOP, "gone", sha("main"))
    assert scene.reconciler.look(SHOP) == 2  # the branch is new, too
    assert len(scene.deal()) == 1


def test_a_merge_queue_that_nobody_has_told_of():
    scene = Scene()
    scene.reconciler.look(SHOP)
    scene.forge.put_branch(SHOP, f"gh-readonly-queue/main/pr-5-{sha('main')}", sha("group"))
    assert scene.reconciler.look(SHOP) == 1
    (run,) = scene.deal()
    request = scene.run(run).requested
    assert request is not None
    assert (request.workflow, request.facts.linked_pr) == ("Queue", 5)
    assert request.facts.base_sha == sha("main")


def test_a_repository_that_is_new_here_can_be_dispatched_and_scheduled_at_once():
    scene = Scene()
    scene.reconciler.look(SHOP)
    assert scene.compiled == [sha("main")]
    scene.reconciler.look(SHOP)
    assert scene.compiled == [sha("main")]
