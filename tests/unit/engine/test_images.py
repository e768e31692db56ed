"""Tags of images, and builds that are not needed."""

import re
from itertools import combinations

import pytest
from msgspec import structs

from praktika.engine.choice.images import (
    EVERY_IMAGE,
    decide_builds,
    scoped_tag,
    tag_of,
    tagged,
    without_images,
)
from praktika.model.plan import Image, Job, Need, Plan, image_artifact

BASE = Image(name="team/base", path="ci/base", platforms=("linux/amd64", "linux/arm64"))
TOP = Image(name="team/top", path="ci/top", platforms=("linux/amd64",), depends_on=("team/base",))
VALID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")


def test_a_tag_is_the_same_for_the_same():
    again = structs.replace(BASE, platforms=tuple(reversed(BASE.platforms)), tag="x", pinned="y")
    assert tag_of(BASE, "files", {}) == tag_of(again, "files", {})
    assert re.fullmatch("[0-9a-f]{40}", tag_of(BASE, "files", {}))


def test_a_tag_changes_with_everything_that_the_content_depends_on():
    tags = [
        tag_of(BASE, "files", {}),
        tag_of(BASE, "other files", {}),
        tag_of(structs.replace(BASE, name="team/basf"), "files", {}),
        tag_of(structs.replace(BASE, path="ci/basf"), "files", {}),
        tag_of(structs.replace(BASE, platforms=("linux/amd64",)), "files", {}),
        tag_of(TOP, "files", {"team/base": "1"}),
        tag_of(TOP, "files", {"team/base": "2"}),
        tag_of(structs.replace(TOP, depends_on=("team/other",)), "files", {"team/other": "1"}),
    ]
    assert len(set(tags)) == len(tags)


def test_fields_cannot_be_shifted_into_one_another():
    one = structs.replace(BASE, name="a", path="bc", platforms=())
    two = structs.replace(BASE, name="ab", path="c", platforms=())
    three = structs.replace(BASE, name="a", path="b", platforms=("c",))
    assert len({tag_of(image, "", {}) for image in (one, two, three)}) == 3


def test_the_main_branch_writes_bare_tags_and_every_other_scope_its_own():
    scopes = ["pull/7", "pull-7", "pull/77", "Pull/7", "by hand", "", "/", "-", "é", "x" * 500]
    tags = [scoped_tag(scope, "a" * 40) for scope in scopes]
    assert tags[scopes.index("")] == "a" * 40
    assert tags[0].startswith("pull-7-")
    assert all(VALID.fullmatch(f"{tag}-linux-arm64-v8") for tag in tags)
    for one, two in combinations(tags, 2):
        assert one != two


def test_a_run_uses_its_own_tags_and_those_that_it_may_read():
    files = {"team/base": "1", "team/top": "2"}
    main = tagged([BASE, TOP], files, write="", reads=[""])
    pull = tagged([BASE, TOP], files, write="pull/7", reads=["", "pull/7"])
    assert [image.tag for image in main] == [image.tag for image in pull]
    assert main[0].known == (main[0].tag,)
    assert pull[0].known == (scoped_tag("pull/7", main[0].tag), main[0].tag)


def test_what_is_not_known_has_no_tag_and_nor_has_what_depends_on_it():
    images = tagged([BASE, TOP], {"team/top": "2"}, write="", reads=[])
    assert [(image.tag, image.known) for image in images] == [("", ())] * 2


def test_a_changed_dependency_changes_the_dependents_alone():
    other = Image(name="team/other", path="o")
    every = [BASE, TOP, other]
    files = {"team/base": "1", "team/top": "2", "team/other": "3"}
    before = tagged(every, files, write="", reads=[])
    after = tagged(every, {**files, "team/base": "changed"}, write="", reads=[])
    changed = [old.name for old, new in zip(before, after, strict=True) if old.tag != new.tag]
    assert changed == ["team/base", "team/top"]


def build(name, platforms, provides=(), latest=False):
    asked = {"platforms": list(platforms), "latest": latest}
    names = tuple(image_artifact(one) for one in provides)
    return Job(key=name, name=name, command="x", provides=names, parameter={"build_images": asked})


@pytest.fixture
def plan():
    base, top = tagged([BASE, TOP], {"team/base": "1", "team/top": "2"}, write="", reads=[])
    jobs = (
        build("amd", ["linux/amd64"], ["team/top"]),
        build("arm", ["linux/arm64"]),
        build("merge", [], ["team/base"]),
        Job(
            key="a",
            name="a",
            command="x",
            run_in_docker="team/base",
            requires=("image team/base", "files"),
            needs=(Need(job="merge", kind="artifact", artifacts=("image team/base",)),),
        ),
    )
    return Plan(workflow="CI", event="push", jobs=jobs, images=(base, top))


def pin(plan, *names):
    images = tuple(
        structs.replace(image, pinned=f"sha256:{image.name[-1] * 4}")
        if image.name in names
        else image
        for image in plan.images
    )
    return structs.replace(plan, images=images)


def decisions(plan):
    return {job.key: job.decision for job in decide_builds(plan).jobs}


def test_a_build_of_which_every_image_is_there_is_not_run(plan):
    assert set(decisions(plan).values()) == {"run"}
    assert decisions(pin(plan, "team/top")) == {
        "amd": "run",
        "arm": "run",
        "merge": "run",
        "a": "run",
    }
    assert decisions(pin(plan, "team/base")) == {
        "amd": "run",
        "arm": "reuse",
        "merge": "reuse",
        "a": "run",
    }
    amd, arm, merge, _ = decide_builds(pin(plan, "team/base", "team/top")).jobs
    assert [job.reason for job in (amd, arm, merge)] == [EVERY_IMAGE] * 3
    stored = {one.name: one.sha256 for job in (amd, arm, merge) for one in job.origin.stored}
    assert stored == {"image team/top": "pppp", "image team/base": "eeee"}


def test_a_build_that_moves_latest_is_run_by_the_main_branch(plan):
    pinned = pin(plan, "team/base", "team/top")
    moving = structs.replace(
        pinned,
        jobs=(build("amd", ["linux/amd64", "linux/arm64"], ["team/base", "team/top"], True),),
    )
    assert decisions(moving) == {"amd": "run"}
    scoped = tuple(
        structs.replace(image, known=(f"s-{image.tag}", image.tag)) for image in moving.images
    )
    assert decisions(structs.replace(moving, images=scoped)) == {"amd": "reuse"}


def test_a_build_that_is_left_out_stays_so(plan):
    skipped = tuple(structs.replace(job, decision="skip") for job in plan.jobs)
    pinned = pin(structs.replace(plan, jobs=skipped), "team/base", "team/top")
    assert set(decisions(pinned).values()) == {"skip"}


def test_without_containers_nothing_waits_for_images_and_none_is_built(plan):
    (job,) = without_images(plan).jobs
    assert (job.key, job.run_in_docker, job.requires, job.needs) == ("a", "", ("files",), ())
    assert without_images(plan).images == without_images(plan).artifacts == ()
