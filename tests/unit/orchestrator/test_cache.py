"""What is kept of a job for later runs, and when it may be taken."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.unit.engine.scenes import Scene, job, key

from praktika.adapters.memory.blobs import MemoryBlobs
from praktika.errors import Unavailable
from praktika.model.cache import Record
from praktika.model.facts import Facts
from praktika.model.plan import Artifact, Code, Stored
from praktika.model.result import Status
from praktika.model.wire import decode, encode
from praktika.orchestrator import names
from praktika.orchestrator.cache import Cache, origin_of, remember

DAY = 86_400.0
BIN = Stored(name="bin", sha256="ab" * 32, size=3)
BUILD = job("build", digest="d" * 64, parts={"files": "x"}, provides=("bin",))
FACTS = Facts(repository="o/r", sha="c0ffee", branch="main", local=False)


def a_run(at: float = 100.0) -> Scene:
    scene = Scene(
        BUILD,
        facts=FACTS,
        caches=True,
        scope="branch main",
        code=Code(sha="c0ffee"),
        artifacts=(Artifact(name="bin", kind="s3", paths=("b",), provider=key("build")),),
    )
    scene.start("build")
    scene.finish("build", provided=("bin",), stored=(BIN,), at=at)
    return scene


@pytest.fixture
def blobs() -> MemoryBlobs:
    """A store in which run r1 is remembered, with all that it left."""
    store = MemoryBlobs()
    remember(store, "r1", a_run().run, key("build"))
    store.put(names.artifact("r1", key("build"), 1, "bin"), b"123")
    store.put(names.job("r1", key("build"), 1, "result.json"), b"{}")
    return store


def cache(blobs, *reads: str, now: float = 200.0, **fields) -> Cache:
    reads = reads or ("branch main",)
    return Cache(**{"blobs": blobs, "repository": "o/r", "reads": reads, "now": now, **fields})


def found(blobs, *reads: str, wanted=BUILD, **fields):
    return cache(blobs, *reads, **fields).find([wanted])[0][wanted.key]


def test_what_was_remembered_is_found_with_where_it_is_from(blobs) -> None:
    hit = found(blobs).hit

    origin = origin_of(hit)
    assert (origin.run, origin.attempt, origin.at) == ("r1", 1, 100.0)
    assert (origin.sha, origin.branch) == ("c0ffee", "main")
    assert origin.stored == (BIN,)


def test_under_another_digest_the_latest_is_found_to_compare_with(blobs) -> None:
    other = found(blobs, wanted=replace(BUILD, digest="e" * 64))

    assert other.hit is None
    assert other.nearest.run == "r1"


def test_row_7_only_the_given_scopes_are_looked_at(blobs) -> None:
    assert found(blobs, "branch other").hit is None
    assert found(blobs, "branch other").nearest is None
    assert found(blobs, "branch other", "branch main").hit is not None


def test_other_repositories_are_not_looked_at(blobs) -> None:
    assert found(blobs, repository="o/other").hit is None


def test_records_expire(blobs) -> None:
    assert found(blobs, now=100.0 + 29 * DAY, expire_days=30).hit
    old = found(blobs, now=100.0 + 31 * DAY, expire_days=30)
    assert old.hit is None
    assert old.obstacle == "its outcome in run r1 is 31 days old"
    assert found(blobs, now=1e12, expire_days=0).hit


def test_fault_31_a_record_whose_artifact_is_gone_or_cut_is_no_hit(blobs) -> None:
    place = names.artifact("r1", key("build"), 1, "bin")
    blobs.put(place, b"12")
    assert found(blobs).obstacle == "artifact 'bin' of run r1 is not kept any more"
    blobs.delete(place)
    assert found(blobs).hit is None


def test_fault_31_a_record_without_an_artifact_that_is_provided_now_is_no_hit(blobs) -> None:
    more = replace(BUILD, provides=("bin", "doc"))

    assert found(blobs, wanted=more).obstacle == "run r1 did not keep artifact 'doc'"


def test_an_artifact_that_has_expired_is_no_hit() -> None:
    blobs = MemoryBlobs()
    scene = a_run()
    dated = replace(BIN, expires=150.0)
    scene.run = replace_state(scene, stored=(dated,))
    remember(blobs, "r1", scene.run, key("build"))

    assert found(blobs).obstacle == "artifact 'bin' of run r1 has expired"


def replace_state(scene: Scene, **fields):
    import dataclasses

    state = dataclasses.replace(scene.state("build"), **fields)
    return dataclasses.replace(scene.run, jobs=scene.run.jobs.insert(key("build"), state))


def test_a_run_whose_result_is_gone_is_no_hit(blobs) -> None:
    blobs.delete(names.job("r1", key("build"), 1, "result.json"))

    assert found(blobs).obstacle == "run r1 is not kept any more"


class Out(MemoryBlobs):
    """A store that does not answer."""

    def get(self, key: str, start: int = 0, end: int | None = None) -> bytes:
        raise Unavailable("no route to the store")

    def put(self, key: str, data: object) -> None:
        raise Unavailable("no route to the store")


def test_an_outage_is_a_miss_and_never_a_failure(monkeypatch) -> None:
    monkeypatch.setattr("praktika.orchestrator.cache._PATIENCE", 0.05)

    hits, outage = cache(Out()).find([BUILD])
    assert hits == {}
    assert outage == "the cache could not be read: no route to the store"
    remember(Out(), "r1", a_run().run, key("build"))


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"job": 1}', b"\xff"])
def test_a_record_that_cannot_be_read_is_a_miss(blobs, damage: bytes) -> None:
    for name in (BUILD.digest, names.LATEST):
        blobs.put(names.cached("o/r", "branch main", BUILD.key, name), damage)

    assert found(blobs).hit is None


def test_a_record_of_a_newer_shape_is_a_miss(blobs) -> None:
    place = names.cached("o/r", "branch main", BUILD.key, BUILD.digest)
    newer = replace(decode(blobs.get(place), Record), version=2)
    blobs.put(place, encode(newer))

    assert found(blobs).hit is None


@pytest.mark.parametrize("run", ["", "..", "../r1", "r1/jobs", "a\0b", "a" * 5000, "r1\n"])
def test_row_7_a_record_of_a_run_that_cannot_be_is_a_miss(blobs, run: str) -> None:
    place = names.cached("o/r", "branch main", BUILD.key, BUILD.digest)
    record = decode(blobs.get(place), Record)
    for other in (replace(record, run=run), replace(record, attempt=0)):
        blobs.put(place, encode(other))
        assert found(blobs).hit is None


def test_row_7_a_record_under_another_name_than_its_own_is_no_hit(blobs) -> None:
    """Somebody copies a record to where another job, or another digest, would look."""
    data = blobs.get(names.cached("o/r", "branch main", BUILD.key, BUILD.digest))
    other = replace(BUILD, digest="e" * 64)
    blobs.put(names.cached("o/r", "branch main", BUILD.key, other.digest), data)
    assert found(blobs, wanted=other).hit is None
    test = replace(BUILD, key="key-test")
    blobs.put(names.cached("o/r", "branch main", test.key, test.digest), data)
    assert found(blobs, wanted=test).hit is None


def test_security_7_a_record_of_another_scope_is_no_hit(blobs) -> None:
    """The place has 40 bits of the scope: a branch whose name has the same ones is soon made up."""
    place = names.cached("o/r", "branch main", BUILD.key, BUILD.digest)
    record = decode(blobs.get(place), Record)
    for scope in ("branch main-._-", "untrusted pull request 7", ""):
        blobs.put(place, encode(replace(record, scope=scope)))
        assert found(blobs).hit is None


def test_a_job_without_a_digest_is_not_looked_for(blobs) -> None:
    assert cache(blobs).find([replace(BUILD, digest="")]) == ({}, "")


def test_fault_31_what_did_not_go_well_leaves_no_record() -> None:
    """The engine does not ask for it: see tests/unit/engine/test_reuse.py."""
    scene = Scene(BUILD, facts=FACTS, caches=True)
    scene.start("build")
    scene.finish("build", Status.FAIL, verdict="author")

    assert not [each for each in scene.commands if type(each).__name__ == "Remember"]
