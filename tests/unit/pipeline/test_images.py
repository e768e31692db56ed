"""Declared images, the jobs that build them, and who waits for those."""

import pytest

from praktika import Artifact, Docker, Job, Workflow
from praktika.model.plan import image_artifact, job_key
from praktika.pipeline import codes
from praktika.pipeline.check.images import check_dockers
from praktika.pipeline.image_jobs import images_of

AMD, ARM = Docker.Platforms.AMD, Docker.Platforms.ARM
BOTH = Docker.Platforms.arm_amd
BUILD_AMD, BUILD_ARM = "Dockers Build (amd)", "Dockers Build (arm)"
MERGE = "Dockers Build (multiplatform manifest)"
TWO = {"DOCKER_BUILD_ARM_RUNS_ON": ["arm-builder"]}


def image(name, platforms=AMD, depends_on=(), path="ci"):
    return Docker(name=name, path=path, platforms=platforms, depends_on=list(depends_on))


def job(name, run_in_docker="", **fields):
    return Job(name=name, command="true", runs_on="x", run_in_docker=run_in_docker, **fields)


@pytest.fixture
def plan_of(compiled):
    def go(*jobs, dockers, settings=None, **fields):
        workflow = Workflow(name="CI", event="push", jobs=list(jobs), dockers=dockers, **fields)
        compilation = compiled(workflow, settings=settings)
        assert [p for p in compilation.problems if p.severity == "error"] == []
        return compilation.plans[0]

    return go


def needs(plan, name):
    names = {one.key: one.name for one in plan.jobs}
    (one,) = [one for one in plan.jobs if one.name == name]
    return {names[need.job]: (need.kind, *need.artifacts) for need in one.needs}


def asked(plan):
    return {
        one.name: tuple(one.parameter["build_images"]["platforms"])
        for one in plan.jobs
        if isinstance(one.parameter, dict)
    }


def provided(plan):
    return {one.name: one.provides for one in plan.jobs if one.provides}


def test_images_are_in_the_order_of_their_dependencies(plan_of):
    dockers = [
        image("top", depends_on=["left", "right"]),
        image("left", depends_on=["base"]),
        image("right", [AMD, AMD], depends_on=["base", "base"], path="./ci/right/"),
        image("base"),
    ]
    images = plan_of(job("a"), dockers=dockers).images
    assert [one.name for one in images] == ["base", "left", "right", "top"]
    assert images[2].path == "ci/right"
    assert (images[2].platforms, images[2].depends_on) == ((AMD,), ("base",))
    assert images[3].depends_on == ("left", "right")


def test_without_runners_for_arm_one_job_builds_for_every_platform(plan_of):
    plan = plan_of(job("a"), dockers=[image("x", BOTH), image("y")])
    assert asked(plan) == {BUILD_AMD: (ARM, AMD)}
    assert provided(plan) == {BUILD_AMD: ("image x", "image y")}


def test_with_runners_for_arm_each_builds_its_share_and_a_third_merges(plan_of):
    dockers = [image("both", BOTH), image("one"), image("other", ARM)]
    plan = plan_of(job("a"), dockers=dockers, settings=TWO)
    assert asked(plan) == {BUILD_AMD: (AMD,), BUILD_ARM: (ARM,), MERGE: ()}
    assert provided(plan) == {
        BUILD_AMD: ("image one",),
        BUILD_ARM: ("image other",),
        MERGE: ("image both",),
    }
    assert needs(plan, MERGE) == {BUILD_AMD: ("job",), BUILD_ARM: ("job",)}


def test_one_job_may_be_asked_to_build_all_although_arm_has_runners(plan_of):
    settings = {**TWO, "ENABLE_MULTIPLATFORM_DOCKER_IN_ONE_JOB": True}
    plan = plan_of(job("a"), dockers=[image("x", BOTH)], settings=settings)
    assert asked(plan) == {BUILD_AMD: (ARM, AMD)}


@pytest.mark.parametrize(
    ("platforms", "jobs"),
    [
        (AMD, {BUILD_AMD: (AMD,)}),
        (ARM, {BUILD_ARM: (ARM,)}),
        ("linux/arm/v7", {BUILD_ARM: ("linux/arm/v7",)}),
    ],
)
def test_a_job_that_would_build_nothing_is_not_there(plan_of, platforms, jobs):
    assert asked(plan_of(job("a"), dockers=[image("x", platforms)], settings=TWO)) == jobs


def test_labels_and_timeout(plan_of):
    settings = {
        "DOCKER_BUILD_AMD_RUNS_ON": ["self-hosted", "amd"],
        "DOCKER_BUILD_ARM_RUNS_ON": "arm",
        "CI_CONFIG_RUNS_ON": ["small"],
    }
    plan = plan_of(job("a"), dockers=[image("x", BOTH)], settings=settings)
    labels = {one.name: one.runs_on for one in plan.jobs}
    assert labels[BUILD_AMD] == ("self-hosted", "amd")
    assert (labels[BUILD_ARM], labels[MERGE]) == (("arm",), ("small",))
    assert {one.timeout for one in plan.jobs if one.name != "a"} == {5.5 * 3600}
    own = plan_of(job("a"), dockers=[image("x")], native_job_runs_on=["own"])
    assert {one.runs_on for one in own.jobs if one.name != "a"} == {("own",)}


def test_jobs_wait_for_the_image_that_they_run_in_and_for_no_other(plan_of):
    dockers = [image("team/x", BOTH), image("team/y")]
    jobs = [
        job("in x", "team/x+--privileged+root"),
        job("in y", "docker.io/team/y"),
        job("tagged", "team/x:1.2"),
        job("other", "ubuntu"),
        job("none"),
    ]
    plan = plan_of(*jobs, dockers=dockers, settings=TWO)
    assert needs(plan, "in x") == {MERGE: ("artifact", "image team/x")}
    assert needs(plan, "in y") == {BUILD_AMD: ("artifact", "image team/y")}
    assert needs(plan, "tagged") == needs(plan, "other") == needs(plan, "none") == {}
    by_name = {one.name: one for one in plan.jobs}
    assert by_name["in x"].requires == ("image team/x",)
    assert "requires" not in by_name["in x"].config


def test_an_image_is_an_artifact_beside_the_others(plan_of):
    jobs = [job("a", "x", requires=["files"]), job("b", provides=["files"])]
    plan = plan_of(*jobs, dockers=[image("x")], artifacts=[Artifact(name="files", path="f")])
    artifacts = {one.name: (one.kind, one.provider) for one in plan.artifacts}
    assert artifacts == {
        "files": ("s3", job_key("b")),
        image_artifact("x"): ("image", job_key(BUILD_AMD)),
    }
    assert needs(plan, "a") == {
        "b": ("artifact", "files"),
        BUILD_AMD: ("artifact", "image x"),
    }


def test_hooks_come_before_and_behind_the_builds(plan_of):
    plan = plan_of(
        job("a"), dockers=[image("x", BOTH)], settings=TWO, pre_hooks=["true"], post_hooks=["true"]
    )
    order = ("order",)
    assert needs(plan, "a") == {"Config Workflow": order}
    assert needs(plan, BUILD_AMD) == needs(plan, BUILD_ARM) == {"Config Workflow": order}
    assert needs(plan, MERGE) == {
        "Config Workflow": order,
        BUILD_AMD: ("job",),
        BUILD_ARM: ("job",),
    }
    assert set(needs(plan, "Finish Workflow")) == {
        "a",
        "Config Workflow",
        BUILD_AMD,
        BUILD_ARM,
        MERGE,
    }


def test_an_author_may_wait_for_a_build_by_its_name(plan_of):
    plan = plan_of(job("a", run_after=[BUILD_AMD]), dockers=[image("x")])
    assert needs(plan, "a") == {BUILD_AMD: ("order",)}


def test_builds_may_be_left_to_another_workflow(plan_of):
    plan = plan_of(job("a", "x"), dockers=[image("x")], disable_dockers_build=True)
    assert [one.name for one in plan.jobs] == ["a"]
    assert [one.name for one in plan.images] == ["x"]
    assert (plan.artifacts, needs(plan, "a")) == ((), {})


def test_latest_is_asked_for_by_the_workflow(plan_of):
    fields = {"dockers": [image("x")], "set_latest_for_docker_merged_manifest": True}
    build = plan_of(job("a"), **fields).jobs[1]
    assert build.parameter == {"build_images": {"platforms": [AMD], "latest": True}}


def test_what_is_wrong_with_an_image(found):
    dockers = [
        image("tagged:1"),
        image("Upper"),
        image("none", []),
        image("odd", ["amd64"]),
        image("base", AMD),
        image("top", BOTH, depends_on=["base", "bse"]),
        image("out", path="../elsewhere"),
    ]
    assert [text.split(" Did", 1)[0] for text in found(job("a"), dockers=dockers)] == [
        "bad-name: The name of Docker 'tagged:1' has a tag or digest. Leave it out: the tag follows from the content.",
        "bad-name: Docker 'Upper': `Upper` is not the name of an image: names of repositories are in lower case.",
        "missing-field: Docker 'none' is built for no platform. Add platforms=Docker.Platforms.AMD.",
        "wrong-value: 'amd64', a platform of Docker 'odd', is none. Write it like linux/amd64.",
        "wrong-value: Docker 'top' depends on 'base', which is not built for linux/arm64. Add it to the platforms of 'base'.",
        "unknown-docker: Docker 'top' depends on 'bse', which is not declared here.",
        "outside-path: The path '../elsewhere' of Docker 'out' leads out of the repository. Write it relative to the repository's root.",
    ]


def test_the_folder_of_an_image_is_where_its_files_are(tmp_path):
    """A link never changes; what it leads to does, and its content has to make another tag."""
    (tmp_path / "repo/real/base").mkdir(parents=True)
    (tmp_path / "repo/link").symlink_to("real")
    (tmp_path / "repo/out").symlink_to(tmp_path)
    root = str(tmp_path / "repo")
    dockers = [image("in", path="link/base"), image("out", path="out/elsewhere")]
    assert images_of(dockers, [0], root)[0].path == "real/base"
    assert [(one.code, "'out'" in one.text) for one in check_dockers(dockers, root)] == [
        (codes.OUTSIDE_PATH, True)
    ]


def test_an_image_that_resembles_a_declared_one_is_remarked(found):
    jobs = [job("a", "team/bulder+root"), job("b", "ubuntu"), job("c", "team/bulder:1")]
    assert found(*jobs, dockers=[image("team/builder")]) == [
        "warning: unknown-docker: Job 'a' runs in 'team/bulder', which is not declared here. Did you mean 'team/builder'?"
    ]


def test_an_artifact_cannot_take_the_name_of_an_image(found):
    jobs = [job("a", provides=["image x"])]
    artifacts = [Artifact(name="image x", path="f")]
    assert any(
        "provided-twice" in text for text in found(*jobs, dockers=[image("x")], artifacts=artifacts)
    )


def test_a_job_cannot_take_the_name_of_a_build(found):
    assert any("duplicate-name" in text for text in found(job(BUILD_AMD), dockers=[image("x")]))
