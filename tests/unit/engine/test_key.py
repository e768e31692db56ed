"""What is in the key of a job, and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.unit.engine.scenes import after, job, key, plan_of, reads, takes

from praktika.engine.choice.compare import compare
from praktika.engine.choice.key import digest_of, unknown, with_keys
from praktika.model.plan import Artifact, Footprint, Image, Job, Plan, image_artifact

SRC = Footprint(include=("src",))
FILES = {SRC: "sha1:aa"}


def keyed(*jobs: Job, files=FILES, images=None, **fields) -> dict[str, Job]:
    plan = with_keys(plan_of(*jobs, **fields), files, images or {})
    return {each.name: each for each in plan.jobs}


def digest(one: Job, **fields) -> str:
    return keyed(one, **fields)[one.name].digest


def declared(name: str = "test", **config) -> Job:
    return job(name, footprint=SRC, config={"command": "make", **config})


def test_a_key_is_a_sha256_of_its_parts() -> None:
    one = keyed(declared())["test"]

    assert len(one.digest) == 64
    assert set(one.parts) == {"declaration", "files"}


@given(st.lists(st.text(), max_size=6), st.lists(st.text(), max_size=6))
def test_row_8_framing_tells_every_list_of_texts_from_every_other(one, other) -> None:
    assert (digest_of(one) == digest_of(other)) == (one == other)


@pytest.mark.parametrize(
    "config",
    [
        {"command": "make "},
        {"pre_hooks": ["x"]},
        {"post_hooks": ["x"]},
        {"test_reports": "a.xml"},
        {"rerun_command": "again"},
        {"parameter": ["a", 1]},
        {"secrets": ["token"]},
        {"something_new": 1},
    ],
)
def test_row_8_the_whole_declaration_is_in_the_key(config) -> None:
    assert digest(declared(**config)) != digest(declared())


def test_row_8_so_is_the_name() -> None:
    assert digest(declared("a b")) != digest(declared("a_b"))


def test_whether_submodules_are_checked_out_is_in_the_key() -> None:
    assert digest(declared(needs_submodules=True)) != digest(declared())


@pytest.mark.parametrize(
    "config",
    [
        {"timeout": 60},
        {"runs_on": ["large"]},
        {"run_after": ["lint"]},
        {"retries": 3},
        {"allow_failure": True},
        {"digest_config": {"include_paths": ["src"]}},
    ],
)
def test_fault_55_what_only_says_where_and_how_long_is_not(config) -> None:
    assert digest(declared(**config)) == digest(declared())


def test_fault_55_ordering_alone_is_not() -> None:
    ordered = replace(declared(), needs=after("lint"), config={"command": "make"})

    assert digest(ordered, files=FILES) != ""
    assert keyed(job("lint"), ordered)["test"].digest == digest(declared())


def test_fault_55_the_memory_of_the_host_that_compiles_it_is_not() -> None:
    small, large = (
        replace(declared(), run_in_docker=f"img:1+--memory={size}g+--volume=./a:/a")
        for size in (4, 64)
    )
    images = {"img:1": "sha256:11"}

    assert digest(small, images=images) == digest(large, images=images) != ""


def test_fault_27_another_image_is_another_key_whatever_stands_behind_it() -> None:
    one = replace(declared(), run_in_docker="img+--volume=.:/src")
    before, behind = (digest(one, images={"img": pinned}) for pinned in ("sha256:1", "sha256:2"))

    assert before != behind
    assert digest(one, images={}) == ""


def test_fault_27_so_is_another_content_of_an_image_of_the_repository() -> None:
    one = replace(
        declared(),
        run_in_docker="img+--volume=.:/src",
        needs=takes("Dockers Build", image_artifact("img")),
    )
    builder = job("Dockers Build", provides=(image_artifact("img"), image_artifact("other")))

    def of(tag: str, other: str) -> str:
        images = (Image(name="img", path="a", tag=tag), Image(name="other", path="b", tag=other))
        plan = with_keys(plan_of(builder, one, images=images), FILES, {})
        return plan.jobs[1].digest

    assert of("t1", "x") != of("t2", "x")
    assert of("t1", "x") == of("t1", "y") != ""


def test_the_keys_of_producers_are_in_it() -> None:
    def of(command: str) -> str:
        build = job("build", footprint=SRC, provides=("bin",), config={"command": command})
        test = replace(declared(), needs=takes("build", "bin"))
        return keyed(build, test, artifacts=(_artifact(),))["test"].digest

    assert of("make a") != of("make b")
    assert of("make a") == of("make a")


def test_where_an_artifact_lies_is_in_the_key_of_who_provides_it() -> None:
    build = replace(declared("build"), provides=("bin",))
    one, other = (keyed(build, artifacts=(_artifact(path),)) for path in ("a", "b"))

    assert one["build"].digest != other["build"].digest


def _artifact(path: str = "bin") -> Artifact:
    return Artifact(name="bin", kind="s3", paths=(path,), provider=key("build"))


def test_what_needs_a_job_without_a_key_has_none_and_says_so() -> None:
    plan = with_keys(plan_of(job("build"), replace(declared(), needs=reads("build"))), FILES, {})

    assert [each.digest for each in plan.jobs] == ["", ""]
    assert unknown(plan.jobs[0], plan) == "it has no digest_config"
    assert unknown(plan.jobs[1], plan) == "it needs 'build', which has no key"


def test_the_version_of_the_cache_is_in_it() -> None:
    plan = plan_of(declared())
    one, other = (with_keys(plan, FILES, {}, version).jobs[0].digest for version in (1, 2))

    assert one != other


def plan_with(*jobs: Job, files: str = "sha1:aa", **fields) -> Plan:
    return with_keys(plan_of(*jobs, **fields), {SRC: files}, {})


def test_two_plans_are_compared_job_by_job() -> None:
    build = job("build", footprint=SRC, provides=("bin",), config={"command": "make"})
    changed = replace(build, config={"command": "make -k"})
    test = replace(declared(), needs=takes("build", "bin"))
    lint = job("lint", footprint=SRC)
    old = plan_with(build, test, lint, job("gone"), job("free"))
    new = plan_with(changed, test, lint, job("new"), job("free"), files="sha1:bb")

    found = {
        each.job: (each.kind, *each.why)
        for each in compare(old, new, lambda _: ["src/a", "src/b", "src/c", "src/d"])
    }
    files = "files: src/a, src/b, src/c and 1 more"
    assert found == {
        "build": ("differs", "its declaration (command)", files),
        "test": ("differs", files, "what 'build' makes"),
        "lint": ("differs", files),
        "new": ("new",),
        "free": ("unknown", "it has no digest_config"),
        "gone": ("gone",),
    }
