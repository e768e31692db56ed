"""What a job leaves for others, and how it is brought in."""

from __future__ import annotations

import json
import os
import tarfile
from pathlib import Path

import pytest
from msgspec import structs

from praktika.adapters.memory.blobs import MemoryBlobs
from praktika.errors import Absent, OperatorError
from praktika.model.plan import Artifact, Job, Need, Origin, Plan, Stored, job_key
from praktika.model.result import Result, Status
from praktika.model.task import Task
from praktika.model.wire import decode, encode
from praktika.runner.artifacts import Record, Scene, bring_all, store_all
from praktika.sdk.names import file_stem

TASK = Task(run="r", job="build", attempt=1)
NOW = 1.7e9


def artifact(*paths: str, name="a b/ö", **fields) -> Artifact:
    return Artifact(name=name, paths=paths, provider="build", **{"kind": "s3", **fields})


def plan_of(*artifacts: Artifact, **fields) -> Plan:
    names = tuple(one.name for one in artifacts)
    build = Job(key="build", name="Build (a)", command="", provides=names, **fields)
    needs = (Need(job="build", kind="artifact", artifacts=names),)
    test = Job(key="test", name="Test", command="", needs=needs, requires=names)
    return Plan(workflow="W", event="push", jobs=(build, test), artifacts=artifacts)


@pytest.fixture
def blobs():
    return MemoryBlobs()


class Shop:
    """Two jobs with a workspace each, and what lies between them."""

    def __init__(self, blobs: MemoryBlobs, top: Path) -> None:
        self.blobs = blobs
        self.source, self.target = top / "build/ws", top / "test/ws"
        for folder in (self.source, self.target):
            (folder / "ci/tmp").mkdir(parents=True)
        self.stored: tuple[Stored, ...] | None = None

    def files(self, **texts: str) -> None:
        for name, text in texts.items():
            path = self.source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def store(self, plan: Plan, task: Task = TASK):
        job = plan.jobs[0]
        kept = store_all(self.blobs, task, plan, job, workspace=self.source, now=NOW)
        self.stored = tuple(record.stored for record in kept.records)
        assert not kept.trouble
        return kept

    def bring(self, plan: Plan, *, now=NOW, task: Task | None = None, always=False) -> Path:
        task = task or Task(run="r", job="test", attempt=1, stored=self.stored or ())
        scene = Scene(
            blobs=self.blobs,
            task=task,
            plan=plan,
            workspace=self.target,
            inputs=self.target / "ci/tmp",
            now=now,
        )
        bring_all(scene, structs.replace(plan.jobs[1], always_run=always))
        assert [path.name for path in self.target.parent.iterdir()] == ["ws"]
        assert [path.name for path in self.source.parent.iterdir()] == ["ws"]
        return self.target

    def key(self, ending: str) -> str:
        (key,) = [key for key in self.blobs.list("runs") if key.endswith(ending)]
        return key


@pytest.fixture
def shop(blobs, tmp_path):
    return Shop(blobs, tmp_path)


def passed_on(shop: Shop, *paths: str, files: dict[str, str]) -> Path:
    shop.files(**files)
    plan = plan_of(artifact(*paths))
    assert shop.store(plan).missing == ()
    return shop.bring(plan)


def missing_of(shop: Shop, *paths: str, **fields) -> str:
    kept = shop.store(plan_of(artifact(*paths, **fields)))
    assert kept.records == ()
    return kept.missing[0]


def test_a_file_arrives_where_it_was_left(shop):
    target = passed_on(shop, "./ci/tmp/bin", files={"ci/tmp/bin": "x"})
    assert (target / "ci/tmp/bin").read_text() == "x"


def test_fault_35_of_several_attempts_the_one_that_counts_is_taken(shop):
    plan = plan_of(artifact("x"))
    for attempt in (1, 2, 3):
        shop.files(x=str(attempt))
        shop.store(plan, structs.replace(TASK, attempt=attempt))
    task = Task(run="r", job="test", attempt=1, inputs={"build": 2})
    assert (shop.bring(plan, task=task) / "x").read_text() == "2"


def test_a_folder_arrives_whole(shop):
    target = passed_on(shop, "out", files={"out/a": "1", "out/deep/ü x": "2", "not": "3"})
    assert (target / "out/deep/ü x").read_text() == "2"
    assert not (target / "not").exists()


def test_the_whole_workspace_may_be_an_artifact(shop):
    target = passed_on(shop, ".", "out", files={"out/a": "1", "x": "3"})
    assert (target / "out/a").read_text() == "1"
    assert (target / "x").read_text() == "3"


def test_globs_reach_into_folders_and_hidden_files(shop):
    files = {"out/a/b/c.txt": "1", "out/.h.txt": "2"}
    target = passed_on(shop, "out/**/*.txt", files=files)
    assert (target / "out/a/b/c.txt").exists()
    assert (target / "out/.h.txt").exists()


def test_files_from_elsewhere_are_linked_into_the_input_folder(shop):
    target = passed_on(shop, "dist/app.whl", files={"dist/app.whl": "x"})
    assert (target / "ci/tmp/app.whl").read_text() == "x"


def test_fault_34_files_of_one_name_do_not_overwrite_each_other(shop):
    target = passed_on(shop, "a/x", "b/x", files={"a/x": "1", "b/x": "2"})
    assert [(target / name).read_text() for name in ("a/x", "b/x")] == ["1", "2"]


def test_fault_34_a_key_does_not_depend_on_the_files_names(shop):
    names = ("x", "x.tar.zst", "runs/r/x")
    plan = plan_of(*(artifact(name, name=name) for name in names))
    shop.files(**dict.fromkeys(names, "x"))
    shop.store(plan)
    prefix = "runs/r/jobs/build/1/artifacts/"
    expected = {f"{prefix}{job_key(name)}.{end}" for name in names for end in ("json", "tar.zst")}
    assert set(shop.blobs.list("runs")) == expected


def test_fault_33_names_that_differ_in_punctuation_or_case_share_nothing(shop):
    names = ("Build (a)", "Build [a]", "A B", "A_B", "a b", "A-B", "Build  (a)")
    plan = plan_of(*(artifact(f"out/{i}", name=name) for i, name in enumerate(names)))
    shop.files(**{f"out/{i}": name for i, name in enumerate(names)})
    assert len(shop.store(plan).records) == len(names)
    assert len(shop.blobs.list("runs")) == 2 * len(names)
    assert len({job_key(name) for name in names}) == len(names)
    target = shop.bring(plan)
    assert [(target / f"out/{i}").read_text() for i in range(len(names))] == list(names)


def test_modes_and_links_stay(shop):
    shop.files(**{"run.sh": "#!/bin/sh"})
    (shop.source / "run.sh").chmod(0o755)
    (shop.source / "link").symlink_to("run.sh")
    plan = plan_of(artifact("run.sh", "link"))
    shop.store(plan)
    target = shop.bring(plan)
    assert os.access(target / "run.sh", os.X_OK)
    assert (target / "link").readlink() == Path("run.sh")


def test_what_is_matched_through_a_link_comes_with_the_link(shop):
    shop.files(**{"build/out/x": "1"})
    (shop.source / "latest").symlink_to("build")
    plan = plan_of(artifact("latest/out/x"))
    assert shop.store(plan).records[0].files == 2
    target = shop.bring(plan)
    assert (target / "latest").readlink() == Path("build")
    assert (target / "latest/out/x").read_text() == "1"


def test_nothing_is_taken_from_outside_the_workspace(shop, tmp_path):
    assert "not in the workspace" in missing_of(shop, "../secret")
    assert missing_of(shop, "/etc/passwd")
    (tmp_path / "secret").write_text("x")
    (shop.source / "up").symlink_to("../..")
    assert "leads out" in missing_of(shop, "up/secret")
    assert "is a link to '../..'" in missing_of(shop, "up")


def test_what_matches_nothing_is_missing(shop):
    assert "nothing matches 'dist/*.whl'" in missing_of(shop, "dist/*.whl")
    shop.files(x="1")
    assert "nothing matches 'y'" in missing_of(shop, "x", "y")


def test_a_pattern_that_is_none_is_missing(shop):
    assert "'" in missing_of(shop, "out/a**b")


def test_an_optional_artifact_may_be_absent(shop):
    plan = plan_of(artifact("dist/*", optional=True))
    kept = shop.store(plan)
    assert (kept.missing, kept.records[0].sha256) == ((), "")
    assert shop.stored == (Stored(name="a b/ö"),)
    assert os.listdir(shop.bring(plan)) == ["ci"]
    shop.stored = ()  # as an older control plane, which does not say
    assert os.listdir(shop.bring(plan)) == ["ci"]


def test_an_optional_artifact_is_what_of_it_is_there(shop):
    shop.files(x="1")
    plan = plan_of(artifact("x", "y", optional=True))
    shop.store(plan)
    assert (shop.bring(plan) / "x").read_text() == "1"


@pytest.mark.parametrize(("kind", "files"), [("phony", [0]), ("image", [])])
def test_an_artifact_without_files_is_a_name_only(shop, kind, files):
    """Images are told of by who builds them."""
    plan = plan_of(artifact("x", kind=kind))
    assert [record.files for record in shop.store(plan).records] == files
    assert shop.blobs.list("runs") == []
    shop.bring(plan)


def test_an_image_is_told_of_by_those_who_build_it(shop):
    plan = plan_of(artifact("x", kind="image"))
    assert shop.store(plan).records == ()
    shop.bring(plan)


def test_an_expired_artifact_is_refused(shop):
    shop.files(x="1")
    plan = plan_of(artifact("x", expire_days=0.5, tags={"team": "core"}))
    record = shop.store(plan).records[0]
    assert shop.stored[0].expires == NOW + 43_200
    assert decode(shop.blobs.get(shop.key(".json")), Record) == record
    assert record.tags == {"team": "core"}
    with pytest.raises(Absent, match=r"'a b/ö' expired on 2023-11-15 10:13 UTC"):
        shop.bring(plan, now=NOW + 43_200)
    assert os.listdir(shop.bring(plan, now=NOW + 43_200, always=True)) == ["ci"]
    assert (shop.bring(plan, now=NOW + 43_199) / "x").exists()


@pytest.mark.parametrize("size", [0, 1])
def test_row_10_a_replaced_artifact_is_refused(shop, size):
    shop.files(x="x" * 10)
    plan = plan_of(artifact("x"))
    shop.store(plan)
    data = shop.blobs.get(shop.key(".zst"))
    shop.blobs.put(shop.key(".zst"), data[:-1] + bytes([data[-1] ^ 1]) + b"x" * size)
    with pytest.raises(OperatorError, match="'a b/ö' is not what its producer stored"):
        shop.bring(plan)
    assert os.listdir(shop.target) == ["ci"]


def test_row_10_a_replaced_record_does_not_make_a_replaced_artifact_good(shop):
    shop.files(x="good")
    plan = plan_of(artifact("x"))
    shop.store(plan)
    told = shop.stored
    shop.files(x="evil")
    shop.store(plan)  # the archive and the record beside it, both consistent
    shop.stored = told
    with pytest.raises(OperatorError, match="not what its producer stored"):
        shop.bring(plan)


def test_an_archive_of_an_older_version_is_read(shop):
    shop.files(x="old")
    with tarfile.open(shop.source.parent / "old.tar", "w") as tar:
        tar.add(shop.source / "x", arcname="x")
    packed = shop.source.parent / "old.tar"
    data = packed.read_bytes()
    packed.unlink()
    from hashlib import sha256

    record = {
        "name": "a b/ö",
        "provider": "build",
        "attempt": 1,
        "size": len(data),
        "sha256": sha256(data).hexdigest(),
        "files": 1,
    }
    prefix = f"runs/r/jobs/build/1/artifacts/{job_key('a b/ö')}"
    shop.blobs.put(f"{prefix}.json", json.dumps(record).encode())
    shop.blobs.put(f"{prefix}.tar", data)
    assert (shop.bring(plan_of(artifact("x"))) / "x").read_text() == "old"


def test_too_much_is_refused_where_it_is_stored(shop):
    shop.files(**{f"out/{i}": "x" for i in range(5)})
    plan = structs.replace(plan_of(artifact("out")), settings={"ARTIFACT_MAX_FILES": 5})
    kept = shop.store(plan)
    assert "more than 5 entries (ARTIFACT_MAX_FILES)" in kept.missing[0]
    plan = structs.replace(plan, settings={"ARTIFACT_MAX_BYTES": 1000})
    assert "more than 1,000 bytes (ARTIFACT_MAX_BYTES)" in shop.store(plan).missing[0]


def test_existing_files_are_replaced_and_links_are_not_written_through(shop, tmp_path):
    shop.files(x="new", **{"out/y": "new"})
    plan = plan_of(artifact("x", "out/y"))
    shop.store(plan)
    other = tmp_path / "other"
    other.write_text("old")
    (shop.target / "x").symlink_to(other)
    (shop.target / "out").mkdir()
    (shop.target / "out/y").write_text("old")
    shop.bring(plan)
    assert (other.read_text(), (shop.target / "x").is_symlink()) == ("old", False)
    assert [(shop.target / name).read_text() for name in ("x", "out/y")] == ["new", "new"]


def test_row_11_a_folder_s_link_in_the_workspace_is_not_written_through(shop, tmp_path):
    shop.files(**{"out/y": "new", "a": "new"})
    plan = plan_of(artifact("a", "out"))
    shop.store(plan)
    (shop.target / "out").symlink_to(tmp_path)
    with pytest.raises(OperatorError, match="'out' is a folder in it, and a link here"):
        shop.bring(plan)
    assert not (tmp_path / "y").exists()
    assert not (shop.target / "a").exists()  # all or nothing


def test_a_reused_job_s_artifacts_come_from_the_run_that_made_them(shop):
    plan = plan_of(artifact("x"))
    for run, attempt, text in (("old", 2, "reused"), ("r", 1, "first"), ("r", 3, "rerun")):
        shop.files(x=text)
        shop.store(plan, Task(run=run, job="build", attempt=attempt))
        if run == "old":
            origin = Origin(run=run, attempt=attempt, at=1.0, stored=shop.stored)
    plan = plan_of(artifact("x"), decision="reuse", origin=origin)
    task = Task(run="r", job="test", attempt=1)
    assert (shop.bring(plan, task=task) / "x").read_text() == "reused"
    again = structs.replace(task, inputs={"build": 3})
    assert (shop.bring(plan, task=again) / "x").read_text() == "rerun"
    forged = structs.replace(origin, stored=(Stored(name="a b/ö", sha256="0" * 64, size=1),))
    plan = plan_of(artifact("x"), decision="reuse", origin=forged)
    with pytest.raises(OperatorError, match="not what its producer stored"):
        shop.bring(plan, task=task)


def reported(shop: Shop, plan: Plan, prefix: str, status=Status.OK) -> Result:
    records = [structs.asdict(record) for record in shop.store(plan).records]
    result = Result(name="Build (a)", status=status, ext={"artifacts": records})
    shop.blobs.put(f"{prefix}/result.json", encode(result))
    return result


def test_the_report_of_a_required_job_is_brought(shop):
    shop.files(x="1")
    plan = plan_of(
        artifact("x"), artifact(name="p", kind="phony"), artifact("y", optional=True, name="o")
    )
    result = reported(shop, plan, "runs/r/jobs/build/1")
    inputs = shop.bring(plan) / "ci/tmp"
    assert decode((inputs / "result_build_a.json").read_bytes(), Result) == result
    listed = json.loads((inputs / "artifact_report_build_a.json").read_text())
    assert listed == {"build_urls": [shop.key(".zst")]}
    assert file_stem("Build (a)") == "build_a"


def test_what_was_there_without_a_run_has_no_report(shop):
    """As images that the registry had when the run was planned."""
    plan = plan_of(decision="reuse", origin=Origin(run="", attempt=0, at=0.0))
    assert not list(shop.bring(plan).rglob("*.json"))


def test_the_report_of_a_reused_job_is_that_of_its_run(shop):
    plan = plan_of(decision="reuse", origin=Origin(run="old", attempt=2, at=1.0))
    reported(shop, plan, "runs/old/jobs/build/2")
    assert (shop.bring(plan) / "ci/tmp/result_build_a.json").exists()


def test_a_report_replaces_no_file_and_its_absence_is_no_error(shop):
    plan = plan_of()
    shop.bring(plan)
    assert os.listdir(shop.target / "ci/tmp") == []
    reported(shop, plan, "runs/r/jobs/build/1")
    own = shop.target / "ci/tmp/result_build_a.json"
    own.write_text("mine")
    shop.bring(plan)
    assert own.read_text() == "mine"


def test_who_only_comes_after_a_job_gets_no_report(shop):
    plan = plan_of()
    reported(shop, plan, "runs/r/jobs/build/1")
    after = structs.replace(plan.jobs[1], needs=(Need(job="build", kind="order"),))
    shop.bring(structs.replace(plan, jobs=(plan.jobs[0], after)))
    assert os.listdir(shop.target / "ci/tmp") == []
