"""From a compiled plan to a decision and a reason for every job."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from msgspec.structs import replace
from tests.unit.engine.scenes import after, job, key, plan_of, takes

from praktika.adapters.memory.blobs import MemoryBlobs
from praktika.engine.choice.scopes import Scopes
from praktika.errors import OperatorError
from praktika.model.events import RunRequested
from praktika.model.facts import Facts
from praktika.model.plan import Artifact, Code, Footprint, Image, Job, Plan
from praktika.model.result import Status
from praktika.orchestrator import names
from praktika.orchestrator.cache import remember
from praktika.orchestrator.planning import Kept, complete


class Files:
    """A repository of a few files."""

    submodules = ()

    def __init__(self, held: dict[str, str], before: dict[str, str] | None = None) -> None:
        self.held = held
        self.before = held if before is None else before
        self.code = Code(sha=str(hash(frozenset(held.items()))))

    def digests(self, footprints: Sequence[Footprint]) -> list[str]:
        return [
            repr(sorted(it for it in self.held.items() if it[0].startswith(one.include)))
            for one in footprints
        ]

    def changed_since(self, _code: Code) -> tuple[str, ...] | None:
        paths = sorted({*self.held, *self.before})
        return tuple(path for path in paths if self.held.get(path) != self.before.get(path))


class Images:
    def resolved(self, plan: Plan, _files: Files, _mine: Scopes) -> Plan:
        return plan

    def digests(self, _references: Sequence[str]) -> dict[str, str]:
        return {}


def on(name: str, *folders: str, needs=(), **fields) -> Job:
    return job(name, needs, footprint=Footprint(include=folders), **fields)


PLAN = replace(
    plan_of(
        on("lint", "src", "tests"),
        on("build", "src", provides=("bin",)),
        on("test", "tests", needs=takes("build", "bin")),
        on("docs", "docs", needs=after("build")),
        job("free"),
    ),
    artifacts=(Artifact(name="bin", kind="s3", paths=("b",), provider=key("build")),),
    caches=True,
    filters=True,
)
OLD = {"src/a": "1", "tests/a": "1", "docs/a": "1"}
MAIN = Facts(repository="o/r", branch="main", local=False)


def requested(
    changed: tuple[str, ...] | None = None, facts: Facts = MAIN, **fields
) -> RunRequested:
    return RunRequested(at=0.0, workflow="w", facts=replace(facts, changed=changed), **fields)


def planned(blobs, files: Files, request: RunRequested, plan: Plan = PLAN) -> Plan:
    return complete(plan, request, files=files, images=Images(), kept=Kept(blobs=blobs, now=10.0))


def decisions(plan: Plan) -> dict[str, str]:
    return {each.name: each.decision for each in plan.jobs}


def told(plan: Plan) -> dict[str, str]:
    return {each.name: each.miss or each.reason for each in plan.jobs}


def finished(blobs, files: Files, facts: Facts = MAIN, run: str = "r1") -> None:
    """A run of everything goes well."""
    from praktika.engine.run import Run
    from praktika.engine.step import step
    from praktika.model.events import JobFinished, JobStarted, Planned
    from praktika.model.plan import Stored

    plan = planned(blobs, files, requested(facts=facts, no_cache=True))
    state = Run()
    request = requested(facts=facts)
    for event in (request, Planned(at=1.0, plan=plan)):
        state = step(state, event).run
    for each in plan.jobs:
        left = tuple(Stored(name=name, sha256="aa", size=1) for name in each.provides)
        state = step(state, JobStarted(at=2.0, job=each.key, attempt=1)).run
        done = JobFinished(
            at=3.0, job=each.key, attempt=1, status=Status.OK, provided=each.provides, stored=left
        )
        decision = step(state, done)
        state = decision.run
        for command in decision.commands:
            if type(command).__name__ == "Remember":
                remember(blobs, run, state, each.key)
        blobs.put(names.job(run, each.key, 1, "result.json"), b"{}")
        for name in each.provides:
            blobs.put(names.artifact(run, each.key, 1, name), b"1")


def test_at_first_everything_runs_and_says_why() -> None:
    plan = planned(MemoryBlobs(), Files(OLD), requested())

    assert set(decisions(plan).values()) == {"run"}
    assert plan.jobs[0].reason == "everything runs, as it is not known what changed"
    assert told(plan)["lint"] == "there is no earlier outcome"
    assert told(plan)["free"] == "it has no digest_config"
    assert plan.scope == "branch main"


def test_the_same_code_again_runs_only_what_has_no_key() -> None:
    blobs = MemoryBlobs()
    finished(blobs, Files(OLD))
    plan = planned(blobs, Files(OLD), requested())

    assert decisions(plan) == {
        "lint": "reuse",
        "build": "reuse",
        "test": "reuse",
        "docs": "reuse",
        "free": "run",
    }
    assert plan.jobs[1].origin.run == "r1"


def test_a_change_runs_what_it_concerns_and_takes_the_rest() -> None:
    blobs = MemoryBlobs()
    finished(blobs, Files(OLD))
    new = Files({**OLD, "tests/a": "2"}, before=OLD)
    plan = planned(blobs, new, requested(changed=("tests/a",)))

    assert decisions(plan) == {
        "lint": "run",
        "build": "reuse",
        "test": "run",
        "docs": "skip",
        "free": "run",
    }
    assert told(plan) == {
        "lint": "since run r1: files: tests/a",
        "build": "reused from run r1",
        "test": "since run r1: files: tests/a",
        "docs": "not affected by the changed files",
        "free": "it has no digest_config",
    }


def test_a_changed_producer_changes_the_keys_of_who_takes_its_output() -> None:
    blobs = MemoryBlobs()
    finished(blobs, Files(OLD))
    new = Files({**OLD, "src/a": "2"}, before=OLD)
    plan = planned(blobs, new, requested(changed=("src/a",)))

    assert told(plan)["test"] == "since run r1: what 'build' makes"
    assert decisions(plan)["docs"] == "skip"


def test_a_change_that_was_taken_back_runs_nothing() -> None:
    blobs = MemoryBlobs()
    finished(blobs, Files(OLD))
    plan = planned(blobs, Files(OLD), requested(changed=("src/a",)))

    assert decisions(plan)["build"] == "reuse"


def test_a_job_that_is_asked_for_by_name_runs_though_what_it_needs_is_reused() -> None:
    blobs = MemoryBlobs()
    finished(blobs, Files(OLD))
    plan = planned(blobs, Files(OLD), requested(only=(key("test"),)))

    assert decisions(plan) == {
        "lint": "skip",
        "build": "reuse",
        "test": "run",
        "docs": "skip",
        "free": "skip",
    }


def test_without_a_cache_nothing_is_taken_and_every_job_says_so() -> None:
    blobs = MemoryBlobs()
    finished(blobs, Files(OLD))
    plan = planned(blobs, Files(OLD), requested(no_cache=True))

    assert set(decisions(plan).values()) == {"run"}
    assert set(told(plan).values()) == {"outcomes of earlier runs are not to be taken"}


def test_row_7_fault_6_main_does_not_take_what_a_pull_request_made() -> None:
    blobs = MemoryBlobs()
    change = Facts(repository="o/r", branch="main", base_branch="main", pr_number=9, local=False)
    for facts in (change, replace(change, trust="untrusted", pr_number=10)):
        finished(blobs, Files(OLD), facts, run=f"r{facts.pr_number}")
    main = planned(blobs, Files(OLD), requested())
    assert set(decisions(main).values()) == {"run"}

    again = planned(blobs, Files(OLD), requested(facts=change))
    assert {each.origin.run for each in again.jobs if each.origin} == {"r9"}


def test_row_7_a_pull_request_takes_what_main_made() -> None:
    blobs = MemoryBlobs()
    finished(blobs, Files(OLD))
    fork = Facts(
        repository="o/r",
        branch="x",
        base_branch="main",
        pr_number=9,
        local=False,
        trust="untrusted",
    )
    plan = planned(blobs, Files(OLD), requested(facts=fork))

    assert decisions(plan)["build"] == "reuse"
    assert plan.scope == "untrusted pull request 9"


def test_a_workflow_that_does_not_filter_runs_everything_whatever_changed() -> None:
    plan = planned(
        MemoryBlobs(), Files(OLD), requested(changed=("docs/a",)), replace(PLAN, filters=False)
    )

    assert set(decisions(plan).values()) == {"run"}


def test_a_job_that_a_hook_left_out_stays_out() -> None:
    jobs = [
        replace(each, decision="skip", reason="a hook says so") if each.name == "docs" else each
        for each in PLAN.jobs
    ]
    plan = planned(MemoryBlobs(), Files(OLD), requested(), replace(PLAN, jobs=tuple(jobs)))

    assert decisions(plan)["docs"] == "skip"
    assert told(plan)["docs"] == "a hook says so"


def test_where_the_files_are_not_known_nothing_has_a_key() -> None:
    plan = complete(
        PLAN,
        requested(),
        files="git is gone",
        images=Images(),
        kept=Kept(blobs=MemoryBlobs(), now=1.0),
    )

    assert set(decisions(plan).values()) == {"run"}
    assert told(plan)["lint"] == "git is gone"


class Unreadable(Files):
    def digests(self, footprints: Sequence[Footprint]) -> list[str]:
        raise OperatorError("git cat-file failed: a tree is missing")


def test_files_that_cannot_be_read_are_a_miss_and_no_failure() -> None:
    plan = planned(MemoryBlobs(), Unreadable(OLD), requested())

    assert set(decisions(plan).values()) == {"run"}
    assert told(plan)["lint"] == "git cat-file failed: a tree is missing"
    assert told(plan)["free"] == "it has no digest_config"


def test_but_images_cannot_be_named_without_them() -> None:
    with_image = replace(PLAN, images=(Image(name="image", path="docker"),))

    with pytest.raises(OperatorError, match="a tree is missing"):
        planned(MemoryBlobs(), Unreadable(OLD), requested(), with_image)


# The files that a workflow is for.


def for_paths(*paths: str) -> Plan:
    return replace(PLAN, paths=paths)


def test_a_workflow_that_is_not_for_the_changed_files_skips_every_job_and_says_why() -> None:
    plan = planned(MemoryBlobs(), Files(OLD), requested(("src/a",)), for_paths("docs", "web/**"))
    assert set(decisions(plan).values()) == {"skip"}
    assert set(told(plan).values()) == {"no changed file is one of docs, web/**"}


def test_nothing_is_asked_for_a_workflow_that_is_not_for_the_changed_files() -> None:
    class Nobody:
        def __getattr__(self, name: str) -> object:
            raise AssertionError(name)

    request = requested(("src/a",))
    plan = complete(
        for_paths("docs"), request, files="", images=Nobody(), kept=Kept(blobs=Nobody(), now=10.0)
    )
    assert set(decisions(plan).values()) == {"skip"}
    assert plan.scope == "branch main"


@pytest.mark.parametrize(
    ("paths", "changed"),
    [
        (("docs", "src"), ("src/a",)),
        (("src/*",), ("x", "src/a")),
        (("**", "!docs"), ("docs/a", "src/a")),
        ((), ("src/a",)),
        (("docs",), None),
    ],
)
def test_a_workflow_that_is_for_one_of_them_runs_or_if_they_are_not_known(paths, changed) -> None:
    plan = planned(MemoryBlobs(), Files(OLD), requested(changed), for_paths(*paths))
    assert decisions(plan)["build"] == "run"


def test_a_pattern_takes_files_out() -> None:
    plan = planned(MemoryBlobs(), Files(OLD), requested(("docs/a",)), for_paths("**", "!docs"))
    assert set(decisions(plan).values()) == {"skip"}


def test_a_workflow_without_changes_is_for_no_file() -> None:
    plan = planned(MemoryBlobs(), Files(OLD), requested(()), for_paths("src"))
    assert set(decisions(plan).values()) == {"skip"}


def test_what_somebody_asks_for_by_name_runs_whatever_has_changed() -> None:
    request = requested(("src/a",), only=(key("docs"),))
    plan = planned(MemoryBlobs(), Files(OLD), request, for_paths("docs"))
    assert decisions(plan)["docs"] == "run"


FORK = Facts(
    repository="o/r", branch="f", base_branch="main", pr_number=7, trust="untrusted", local=False
)


def for_fork(blobs) -> Plan:
    return complete(
        PLAN,
        requested(facts=FORK),
        files=Files(OLD),
        images=Images(),
        kept=Kept(blobs=blobs, now=10.0, is_apart=True),
    )


def test_where_machines_for_strangers_read_of_strangers_alone_artifacts_of_others_are_not_taken() -> (
    None
):
    """Else a job would wait for what its machine is refused."""
    blobs = MemoryBlobs()
    finished(blobs, Files(OLD))
    assert decisions(planned(blobs, Files(OLD), requested(facts=FORK)))["build"] == "reuse"

    plan = for_fork(blobs)
    assert decisions(plan)["build"] == "run"
    assert told(plan)["build"] == (
        "machines for code from outside cannot read what run r1 has made"
    )
    assert decisions(plan)["lint"] == "reuse", "it has made nothing that others need"

    finished(blobs, Files(OLD), FORK, run="x-1")
    assert decisions(for_fork(blobs))["build"] == "reuse"
