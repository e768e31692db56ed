"""What jobs that build images are told, and what of their word is taken."""

import json
from pathlib import Path

import pytest

from praktika.model.facts import Facts
from praktika.model.plan import Image, Job, Plan, image_artifact
from praktika.model.task import Task
from praktika.runner import images
from praktika.runner.environment import Setting

DIGEST = f"sha256:{'a' * 64}"
IMAGES = (
    Image(name="base", path="b", platforms=("linux/amd64",), tag="1", known=("1",)),
    Image(name="ghcr.io/x/top", path="t", depends_on=("base",), tag="2", known=("pull-2", "2")),
)


@pytest.fixture
def setting(tmp_path):
    def make(*provides, parameter=None, local=False, secrets=(), **settings):
        if parameter is None:
            parameter = {"build_images": {"platforms": ["linux/amd64"], "latest": False}}
        names = tuple(image_artifact(name) for name in provides)
        job = Job(key="k", name="n", command="c", provides=names, parameter=parameter)
        plan = Plan(
            workflow="W",
            event="push",
            jobs=(job,),
            images=IMAGES,
            settings=settings,
            secrets=secrets,
        )
        return Setting(
            task=Task(run="r", job="k", attempt=2),
            plan=plan,
            job=job,
            facts=Facts(local=local),
            temp=tmp_path,
            owner="o",
            library=tmp_path,
        )

    return make


def told(setting, document):
    text = document if isinstance(document, str) else json.dumps(document)
    (setting.temp / "images_built.json").write_text(text)
    return images.built(setting)


def test_a_build_is_told_what_to_do(setting, tmp_path):
    one = setting(
        "base", DOCKER_INSECURE_REGISTRIES=["r:1"], SECRET_DOCKER_REGISTRY="s", local=True
    )
    images.write_order(one, {"PRAKTIKA_DOCKER": "podman"}, Path("/own"))
    assert json.loads((tmp_path / "images.json").read_text()) == {
        "images": [
            {
                "name": "base",
                "registry": "docker.io",
                "repository": "library/base",
                "path": "b",
                "platforms": ["linux/amd64"],
                "depends_on": [],
                "tags": ["1"],
                "is_main": True,
            },
            {
                "name": "ghcr.io/x/top",
                "registry": "ghcr.io",
                "repository": "x/top",
                "path": "t",
                "platforms": [],
                "depends_on": ["base"],
                "tags": ["pull-2", "2"],
                "is_main": False,
            },
        ],
        "platforms": ["linux/amd64"],
        "finishes": ["base"],
        "moves_latest": False,
        "is_local": True,
        "insecure": ["r:1"],
        "secret": "s",
        "docker": "podman",
        "private": "/own",
    }


def test_no_other_job_is_told_anything_nor_given_the_registrys_secret(setting, tmp_path):
    other = setting(parameter={"x": 1}, SECRET_DOCKER_REGISTRY="s", secrets=(("t", ""),))
    images.write_order(other, {}, Path("/own"))
    assert list(tmp_path.iterdir()) == []
    assert images.secrets_for(other.plan, other.job) == (("t", ""),)
    build = setting("base", SECRET_DOCKER_REGISTRY="s", secrets=(("t", ""),))
    assert images.secrets_for(build.plan, build.job) == (("t", ""), ("s", ""))
    declared = setting("base", SECRET_DOCKER_REGISTRY="s", secrets=(("s", "aws secret"),))
    assert images.secrets_for(declared.plan, declared.job) == (("s", "aws secret"),)


def test_what_was_made_is_recorded_by_its_digest(setting):
    one = setting("base", "ghcr.io/x/top")
    (first, second), missing = told(one, {"base": DIGEST, "ghcr.io/x/top": DIGEST, "other": DIGEST})
    assert (first.name, first.sha256, first.provider, first.attempt) == (
        "image base",
        "a" * 64,
        "k",
        2,
    )
    assert (second.name, missing) == ("image ghcr.io/x/top", ())


@pytest.mark.parametrize(
    "word", ["", "a" * 64, "sha256:abc", f"sha256:{'A' * 64}", f"{DIGEST}\n", 7, None, ["x"]]
)
def test_what_is_no_digest_is_not_taken(setting, word):
    assert told(setting("base"), {"base": word}) == ((), ("image 'base' was not built",))


@pytest.mark.parametrize("text", ["", "[]", "{", "7"])
def test_what_is_no_document_is_not_taken(setting, text):
    assert told(setting("base"), text)[1] == ("image 'base' was not built",)


def test_a_local_image_has_no_digest(setting):
    ((record,), missing) = told(setting("base", local=True), {"base": ""})
    assert (record.name, record.sha256, missing) == ("image base", "", ())


def test_a_job_that_is_no_build_provides_no_image(setting):
    assert told(setting("base", parameter={}), {"base": DIGEST}) == ((), ())
    assert told(setting(), {"base": DIGEST}) == ((), ())
