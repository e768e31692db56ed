"""The arguments of a container: nothing that a repository says can become an option of another."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from praktika.errors import AuthorError
from praktika.model.container import parse
from praktika.model.facts import Facts
from praktika.model.plan import Image, Job, Plan, Stored
from praktika.model.task import Task
from praktika.runner.container.box import SCRIPT, Box, create_arguments, folders, name_of
from praktika.runner.container.docker import last_words
from praktika.runner.container.images import image_of
from praktika.runner.environment import Setting, own
from praktika.sdk.job.info import Info


def box(wanted: str = "image:1", **changes) -> Box:
    fields = {
        "name": "praktika_1",
        "owner": "run",
        "container": parse(wanted),
        "image": "image:1",
        "line": "make",
        "workspace": Path("/work/repo"),
        "package": Path("/site/praktika"),
        "home": Path("/home/of/it"),
        "user": (1000, 100),
        "names": ("B", "A"),
    }
    return Box(**{**fields, **changes})


def arguments(wanted: str = "image:1", **changes) -> list[str]:
    return create_arguments(box(wanted, **changes))


def mounts(wanted: str = "image:1", **changes) -> list[dict[str, str]]:
    values = [one[8:] for one in arguments(wanted, **changes) if one.startswith("--mount=")]
    return [
        dict(field.partition("=")[::2] for field in next(csv.reader([value]))) for value in values
    ]


def test_a_container_of_the_users_own():
    assert arguments() == [
        "--name=praktika_1",
        "--label=praktika.owner=run",
        "--init",
        "--log-driver=none",
        "--pull=never",
        "--mount=type=bind,src=/work/repo,dst=/work/repo",
        "--mount=type=bind,src=/site/praktika,dst=/praktika/lib/praktika,readonly",
        "--user=1000:100",
        "--mount=type=bind,src=/home/of/it,dst=/praktika/home",
        "--env=HOME=/praktika/home",
        "--env=A",
        "--env=B",
        "--env=TINI_KILL_PROCESS_GROUP=1",
        "--env=PYTHONUNBUFFERED=1",
        "--env=PYTHONSAFEPATH=1",
        "--env=PYTHONPATH=/praktika/lib:.:./ci",
        "--workdir=/work/repo",
        "image:1",
        "sh",
        "-c",
        SCRIPT,
        "praktika",
        "make",
    ]


def test_root_has_the_home_that_the_image_says():
    for given_ in (arguments("image:1+root"), arguments(user=(0, 0))):
        assert not [one for one in given_ if "HOME" in one]
    assert not [one for one in arguments("image:1+root") if one.startswith("--user")]
    assert "--user=0:0" in arguments(user=(0, 0))


def test_what_the_author_says_comes_last_and_counts():
    given_ = arguments("image:1+--user=7+--workdir=/elsewhere+--memory=1g+--privileged")
    assert "--workdir=/work/repo" not in given_
    theirs = ["--user=7", "--workdir=/elsewhere", "--memory=1g", "--privileged"]
    assert given_[-10:-5] == [*theirs, "image:1"]
    assert given_.index("--user=7") > given_.index("--user=1000:100")


@pytest.mark.parametrize(
    ("wanted", "user", "is_foreign"),
    [
        ("i", (1000, 100), False),
        ("i+root", (1000, 100), True),
        ("i+--user=5", (1000, 100), True),
        ("i+root", (0, 0), False),
    ],
)
def test_who_may_leave_files_that_the_runner_cannot_remove(wanted, user, is_foreign):
    assert box(wanted, user=user).is_foreign is is_foreign


def test_volumes_of_the_workspace_are_absolute():
    wanted = (
        "i+--volume=./x/../y:/y+-v .:/all:ro+--volume=/abs:/a:ro+--volume=name:/n+-v /anonymous"
    )
    own = [
        {"type": "bind", "src": "/work/repo/y", "dst": "/y"},
        {"type": "bind", "src": "/work/repo", "dst": "/all", "readonly": ""},
    ]
    assert mounts(wanted)[3:] == own
    rest = [one for one in arguments(wanted) if one.startswith("--volume")]
    assert rest == ["--volume=/abs:/a:ro", "--volume=name:/n", "--volume=/anonymous"]
    assert list(folders(box(wanted))) == [Path("/work/repo/y"), Path("/work/repo")]
    assert "--volume=/work/repo/x:/y:z" in arguments("i+--volume=./x:/y:z")


@pytest.mark.parametrize("name", ["a:b", "a,b", 'a"b', "a=b", "a b", "dst=x,readonly"])
def test_any_folder_can_be_mounted(name):
    first, *_ = mounts(workspace=Path("/work", name))
    assert first == {"type": "bind", "src": f"/work/{name}", "dst": f"/work/{name}"}


def test_a_folder_that_docker_cannot_mount_so_is_refused():
    with pytest.raises(AuthorError, match="colon"):
        arguments("i+--volume=./x:/y:z", workspace=Path("/work/a:b"))


text = st.text(alphabet="ab-=+ '\"\n$;:/.,@", max_size=20)


@given(line=text, wanted=text, name=text)
def test_no_text_becomes_an_option(line, wanted, name):
    try:
        container = parse(f"image+{wanted}")
    except ValueError:
        return
    found = arguments(line=line, names=[name], container=container)
    *options, image, shell, dash, script, zero, last = found
    assert (image, shell, dash, script, zero, last) == (
        "image:1",
        "sh",
        "-c",
        SCRIPT,
        "praktika",
        line,
    )
    assert all(option.startswith("--") for option in options)
    assert len(options) == 16 + len(container.options) - container.has("--workdir") - 3 * (
        container.is_root
    )


def test_attempts_have_names_of_their_own():
    names = {
        name_of(*one) for one in [("r", "j", 1), ("r", "j", 2), ("r", "j2", 1), ("r2", "j", 1)]
    }
    assert len(names) == 4
    assert all(name.replace("praktika_", "").isalnum() for name in names)


SHA = "0f" * 32


def plan(**fields) -> Plan:
    image = Image(name="host:5000/own", path="docker", **fields)
    return Plan(workflow="W", event="push", jobs=(), images=(image,))


def task(*stored: Stored) -> Task:
    return Task(run="r", job="j", attempt=1, stored=stored)


def test_an_image_of_the_repository_is_run_as_it_was_built():
    built = task(Stored(name="image host:5000/own", sha256=SHA), Stored(name="other", sha256="1"))
    pinned = {"tag": "t", "known": ("k",), "pinned": f"sha256:{'a' * 64}"}
    cases = [
        (plan(**pinned), built, f"host:5000/own@sha256:{SHA}"),
        (plan(**pinned), task(), f"host:5000/own@sha256:{'a' * 64}"),
        (plan(tag="t", known=("k", "l")), task(), "host:5000/own:k"),
        (plan(tag="t"), task(), "host:5000/own:t"),
        (plan(), task(), "host:5000/own"),
    ]
    for of, by, image in cases:
        assert image_of(of, by, "host:5000/own") == image


def test_an_image_of_the_repository_is_the_same_however_it_is_spelled():
    image = Image(name="team/own", path="docker", tag="t", known=("k",))
    hub = Plan(workflow="W", event="push", jobs=(), images=(image,))
    built = task(Stored(name="image team/own", sha256=SHA))
    for spelled in ("team/own", "docker.io/team/own", "index.docker.io/team/own"):
        assert image_of(hub, task(), spelled) == "team/own:k"
        assert image_of(hub, built, spelled) == f"team/own@sha256:{SHA}"


def test_a_job_is_told_the_tags_of_the_images(monkeypatch):
    setting = Setting(
        task=task(),
        plan=plan(tag="t", known=("k",)),
        job=Job(key="j", name="j", command="true"),
        facts=Facts(),
        temp=Path("/temp"),
        owner="r",
        library=Path("/lib"),
    )
    monkeypatch.setenv("DOCKER_TAG", own(setting)["DOCKER_TAG"])
    assert Info.docker_tag(None, "host:5000/own") == "k"


@pytest.mark.parametrize("image", ["host:5000/own:1", "host:5000/other", f"x@sha256:{SHA}", "y:1"])
def test_other_images_are_run_as_written(image):
    assert image_of(plan(tag="t"), task(), image) == image


@pytest.mark.parametrize(
    ("image", "run"),
    [("h:5000/x:1", "h:5000/x"), ("x", "x"), ("y:1", "y"), (f"x:1@sha256:{SHA}", "x")],
)
def test_another_image_is_run_as_it_is_in_the_key_of_the_job(image, run):
    digest = f"sha256:{SHA}"
    jobs = tuple(
        Job(key=key, name=key, command="true", parts={f"image {image}": value})
        for key, value in (("other", f"sha256:{'a' * 64}"), ("j", digest))
    )
    found = image_of(structs.replace(plan(tag="t"), jobs=jobs), task(), image)
    assert found == f"{run}@{digest}"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("unknown flag: --x\nSee 'docker create --help'.\n", "unknown flag: --x"),
        ("Error response from daemon: No such image: x:1\n", "No such image: x:1"),
        ('Error: no\ntime="2026" level=error msg="x"\n', "no"),
        ("docker: Error response from daemon: a.\nSee 'docker run --help'.", "a"),
        ("", ""),
    ],
)  # fmt: skip
def test_the_words_of_docker(said, words):
    assert last_words(said) == words
