"""Images that a repository declares, built by a real engine into a real registry."""

from __future__ import annotations

import json
import socket
import time
import uuid
from contextlib import suppress

import pytest
from tests.docker_registry import PASSWORD, USER
from tests.integration.docker.image_builds import Repository

from praktika.adapters.registry import HttpRegistry
from praktika.errors import Absent, TransientError
from praktika.model.plan import image_artifact
from praktika.model.result import Status
from praktika.sdk.images.build import Building
from praktika.sdk.images.engine import Engine
from praktika.sdk.images.order import Image, Order
from praktika.sdk.images.store import Store

AMD, ARM = "linux/amd64", "linux/arm64"
BUILD_AMD, BUILD_ARM = "Dockers Build (amd)", "Dockers Build (arm)"
MERGE = "Dockers Build (multiplatform manifest)"
BASE = "FROM scratch\nCOPY mark /mark\n"
TOP = "FROM PREFIX/base\nCOPY top /top\n"


@pytest.fixture
def repository(tmp_path, docker_engine, image_registry):
    made = Repository(tmp_path, docker_engine, f"{image_registry}/{uuid.uuid4().hex[:12]}")
    yield made
    made.forget_local()


@pytest.fixture
def chain(repository):
    """An image that starts from another one."""
    repository.image("base", BASE, mark="one")
    repository.image("top", TOP, top="top")
    repository.declare(("top", [AMD], ["base"]), ("base", [AMD], []))
    return repository


@pytest.fixture
def simple(repository):
    """One image."""
    repository.image("base", BASE, mark="one")
    repository.declare(("base", [AMD], []))
    return repository


def add_another(chain):
    chain.image("other", BASE, mark="other")
    chain.declare(("top", [AMD], ["base"]), ("base", [AMD], []), ("other", [AMD], []))


def content(repository, reference, path, platform=AMD):
    """The text of a file in an image, as another machine would see it."""
    docker = repository.engine.docker
    docker("pull", "--quiet", "--platform", platform, reference)
    container = docker("create", "--platform", platform, reference, "x")
    try:
        target = repository.root.parent / uuid.uuid4().hex
        docker("cp", f"{container}:{path}", str(target))
        return target.read_text()
    finally:
        docker("rm", container)


def pinned(ran, short):
    (image,) = [image for image in ran.plan.images if image.name.endswith(f"/{short}")]
    return image


def test_images_are_built_once_and_again_only_when_they_have_changed(chain):
    add_another(chain)
    first = chain.run()
    assert first.statuses == {f"{BUILD_AMD}: {name}": "OK" for name in ("base", "top", "other")}
    assert set(first.events[BUILD_AMD].provided) == {
        image_artifact(chain.name(name)) for name in ("base", "top", "other")
    }

    chain.forget_local()  # what follows is another machine's
    second = chain.run()
    assert second.results == {}
    (build,) = [job for job in second.plan.jobs if job.name == BUILD_AMD]
    assert build.decision == "reuse"
    assert len({one.sha256 for one in build.origin.stored}) == 3

    chain.image("base", BASE, mark="two")
    third = chain.run()
    assert third.statuses == {
        f"{BUILD_AMD}: base": "OK",
        f"{BUILD_AMD}: top": "OK",
        f"{BUILD_AMD}: other": "SKIPPED",
    }
    top = pinned(third, "top")
    assert content(chain, f"{top.name}:{top.tag}", "/mark") == "two"
    chain.forget_local()
    chain.image("top", TOP, top="changed")
    fourth = chain.run()
    assert fourth.statuses == {
        f"{BUILD_AMD}: base": "SKIPPED",
        f"{BUILD_AMD}: top": "OK",
        f"{BUILD_AMD}: other": "SKIPPED",
    }
    top = pinned(fourth, "top")
    assert content(chain, f"{top.name}:{top.tag}", "/mark") == "two"
    assert content(chain, f"{top.name}:{top.tag}", "/top") == "changed"


@pytest.mark.parametrize("is_split", [True, False])
def test_images_of_two_platforms_are_one_under_their_tag(repository, is_split):
    if is_split:
        repository.settings["DOCKER_BUILD_ARM_RUNS_ON"] = ["arm"]
    repository.image("base", BASE, mark="one")
    repository.image("top", "ARG FROM_TAG\nFROM PREFIX/base:$FROM_TAG\nCOPY top /top\n", top="t")
    repository.declare(("base", [ARM, AMD], []), ("top", [ARM, AMD], ["base"]))
    ran = repository.run()
    jobs = (BUILD_AMD, BUILD_ARM, MERGE) if is_split else (BUILD_AMD,)
    assert ran.statuses == {f"{job}: {name}": "OK" for job in jobs for name in ("base", "top")}
    registry = HttpRegistry()
    for image in ran.plan.images:
        manifest = registry.manifest(f"{image.name}:{image.tag}")
        listed = json.loads(manifest.data)["manifests"]
        assert {f"{one['platform']['os']}/{one['platform']['architecture']}" for one in listed} == {
            AMD,
            ARM,
        }
        assert manifest.digest in ran.info
    top = pinned(ran, "top")
    repository.forget_local()
    for platform in (AMD, ARM):
        digest = next(
            one["digest"]
            for one in json.loads(registry.manifest(f"{top.name}:{top.tag}").data)["manifests"]
            if platform.endswith(one["platform"]["architecture"])
        )
        assert content(repository, f"{top.name}@{digest}", "/mark", platform) == "one"
        found = repository.engine.docker(
            "image", "inspect", "--format", "{{.Os}}/{{.Architecture}}", f"{top.name}@{digest}"
        )
        assert found == platform
    assert repository.run().results == {}
    if not is_split:
        repository.forget_local()
        repository.image("top", "FROM PREFIX/base:latest\nCOPY top /top\n", top="u")
        assert set(repository.run().statuses.values()) == {"OK", "SKIPPED"}


def test_fault_11_what_a_pull_request_pushed_is_not_used_by_main(simple):
    pull = simple.run("pull/7")
    tags = {image.name: image for image in pull.plan.images}
    assert set(pull.statuses.values()) == {"OK"}
    assert simple.run("pull/7").results == {}
    assert set(simple.run("pull/8").statuses.values()) == {"OK"}
    registry = HttpRegistry()
    for image in tags.values():
        assert registry.digest(f"{image.name}:{image.known[0]}")
        with pytest.raises(Absent):
            registry.digest(f"{image.name}:{image.tag}")

    main = simple.run()
    assert set(main.statuses.values()) == {"OK"}
    # A pull request that changes nothing takes what main has.
    later = simple.run("pull/9")
    assert later.results == {}
    assert pinned(later, "base").pinned == registry.digest(
        f"{simple.name('base')}:{pinned(main, 'base').tag}"
    )


def test_what_a_name_means_on_a_machine_is_the_same_afterwards(chain):
    docker = chain.engine.docker
    folder = chain.root / "elsewhere"
    chain.engine.build(f"{chain.name('base')}:latest", "FROM scratch\nCOPY Dockerfile /\n", folder)
    before = docker("image", "inspect", "--format", "{{.Id}}", f"{chain.name('base')}:latest")
    ran = chain.run()
    top = pinned(ran, "top")
    assert content(chain, f"{top.name}:{top.tag}", "/mark") == "one"
    assert docker("image", "inspect", "--format", "{{.Id}}", f"{chain.name('base')}") == before


def test_a_broken_dockerfile_is_the_authors_and_spares_what_does_not_depend_on_it(chain):
    add_another(chain)
    chain.image("base", "FROM scratch\nCOPY nothing /mark\n")
    ran = chain.run()
    assert ran.statuses == {
        f"{BUILD_AMD}: base": "FAIL",
        f"{BUILD_AMD}: top": "DROPPED",
        f"{BUILD_AMD}: other": "OK",
    }
    result = ran.results[BUILD_AMD]
    assert (result.status, result.ext["verdict"]) == (Status.FAIL, "author")
    assert "/nothing" in ran.info
    base = next(part for part in result.results if part.name.endswith("/base"))
    assert len(base.files) == 1
    assert ran.events[BUILD_AMD].provided == ()


def test_a_build_that_is_killed_leaves_nothing_half(repository):
    repository.image("base", BASE, mark="one")
    repository.declare(("base", [ARM, AMD], []))
    registry = HttpRegistry()
    name = repository.name("base")
    plan, _ = repository.plan()
    tag = plan.images[0].tag

    def once_a_part_is_there():
        # A registry that is asked while it writes a tag may say 500.
        with suppress(Absent, TransientError):
            registry.digest(f"{name}:{tag}-arm64")
            return "stopped by the test"
        return ""

    repository.stop = once_a_part_is_there
    killed = repository.carry_out(plan)
    if killed.results[BUILD_AMD].status is not Status.OK:  # it may have been quicker
        assert killed.results[BUILD_AMD].status is Status.DROPPED, killed.info + killed.log
        with pytest.raises(Absent):
            registry.digest(f"{name}:{tag}")
    repository.stop = lambda: ""
    again = repository.run()
    assert all(str(result.status) == "OK" for result in again.results.values())
    assert registry.digest(f"{name}:{tag}")


def test_a_part_that_is_there_is_not_built_again(repository):
    repository.settings["DOCKER_BUILD_ARM_RUNS_ON"] = ["arm"]
    repository.image("base", BASE, mark="one")
    repository.declare(("base", [ARM, AMD], []))
    plan, _ = repository.plan()
    first = repository.carry_out(plan, only=BUILD_AMD)
    assert first.statuses == {f"{BUILD_AMD}: base": "OK"}
    second = repository.carry_out(plan, only=BUILD_AMD)
    assert second.statuses == {f"{BUILD_AMD}: base": "SKIPPED"}
    early = repository.carry_out(plan, only=MERGE)
    assert early.statuses == {f"{MERGE}: base": "ERROR"}
    assert f"nobody has built it for {ARM}" in early.info
    with pytest.raises(Absent):
        HttpRegistry().digest(f"{repository.name('base')}:{plan.images[0].tag}")


def test_latest_follows_the_main_branch_only(repository):
    repository.image("base", BASE, mark="one")
    repository.declare(("base", [AMD], []), set_latest_for_docker_merged_manifest=True)
    registry, name = HttpRegistry(), repository.name("base")
    repository.run("pull/7")
    with pytest.raises(Absent):
        registry.digest(name)
    first = repository.run()
    one = registry.digest(f"{name}:{first.plan.images[0].tag}")
    assert registry.digest(name) == one
    repository.image("base", BASE, mark="two")
    repository.run()
    assert registry.digest(name) != one
    repository.image("base", BASE, mark="one")
    assert repository.run().statuses == {f"{BUILD_AMD}: base": "SKIPPED"}
    assert registry.digest(name) == one


def test_a_registry_that_is_down_is_an_error_with_clear_words(tmp_path, docker_engine):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{closed.getsockname()[1]}"
        repository = Repository(tmp_path, docker_engine, f"{host}/team")
        repository.image("base", BASE, mark="one")
        repository.declare(("base", [AMD], []))
        plan, notes = repository.plan()
        assert f"{host} does not answer" in notes[0]
        images = [order_image(image, host) for image in plan.images]
        order = Order(tuple(images), (AMD,), frozenset({images[0].name}))
        impatient = Store(order, {}, patience=0.2)
        building = Building(order, impatient, Engine(docker_engine.program), tmp_path)
        (result,) = building.run()
        assert (result.status, building.built) == ("ERROR", {})
        assert f"{host} does not answer" in result.info
        local = repository.carry_out(plan, local=True)
    assert local.statuses == {f"{BUILD_AMD}: base": "OK"}
    assert "whether it is in its registry is not known" in local.info
    repository.forget_local()


def order_image(image, host):
    return Image(
        name=image.name,
        registry=host,
        repository=image.name.removeprefix(f"{host}/"),
        path=image.path,
        platforms=image.platforms,
        depends_on=image.depends_on,
        tags=image.known,
        is_main=True,
    )


class TestPasswords:
    """A registry that wants to know who we are."""

    @pytest.fixture
    def locked(self, tmp_path, docker_engine, locked_registry):
        made = Repository(
            tmp_path, docker_engine, f"{locked_registry.host}/{uuid.uuid4().hex[:12]}"
        )
        made.settings["SECRET_DOCKER_REGISTRY"] = "registry"
        made.image("base", BASE, mark="one")
        made.declare(("base", [AMD], []))
        made.host = locked_registry.host
        yield made
        made.forget_local()

    def secret(self, locked, password=PASSWORD, **others):
        document = {"username": USER, "password": password, "registry": locked.host, **others}
        return {"registry": json.dumps(document)}

    def test_the_secret_opens_it_and_is_shown_nowhere(self, locked):
        locked.secrets = self.secret(locked)
        ran = locked.run()
        assert ran.statuses == {f"{BUILD_AMD}: base": "OK"}
        assert PASSWORD not in ran.log + ran.info
        assert locked.run().results == {}
        assert not (locked.root.parent / "home" / ".docker").exists()

    def test_a_build_that_is_stopped_leaves_no_credentials_behind(self, locked):
        locked.secrets = self.secret(locked)
        folder, seen = locked.root.parent, locked.root.parent / "seen"

        def once_they_are_there():
            if any(folder.rglob("praktika-docker-*")):
                seen.touch()
                return "stopped by the test"
            return ""

        locked.stop = once_they_are_there
        ran = locked.run()  # looks for what is left
        assert seen.exists()
        assert ran.results[BUILD_AMD].status in {Status.DROPPED, Status.OK}

    def test_a_wrong_password_is_refused_in_clear_words(self, locked):
        locked.secrets = self.secret(locked, "wrong pass")
        ran = locked.run()
        assert ran.statuses == {f"{BUILD_AMD}: base": "ERROR"}
        assert "the credentials are wrong" in ran.info
        assert "wrong pass" not in ran.info + ran.log
        assert "the credentials are wrong" in ran.notes[0]

    def test_credentials_of_another_registry_are_not_shown_to_it(self, locked):
        locked.secrets = self.secret(locked, registry="docker.io")
        ran = locked.run()
        assert ran.statuses == {f"{BUILD_AMD}: base": "ERROR"}
        assert "wants a name and a password, and there are none" in ran.info

    def test_a_secret_that_is_not_there_is_an_error_but_for_local_runs(self, locked):
        plan, _ = locked.plan()
        ran = locked.carry_out(plan)
        assert ran.results[BUILD_AMD].status is Status.ERROR
        assert "secret 'registry' is not available" in ran.info
        local = locked.carry_out(plan, local=True)
        assert local.statuses == {f"{BUILD_AMD}: base": "OK"}


class TestLocal:
    """Runs of one machine, which push nothing."""

    def test_what_the_registry_does_not_have_is_built_for_this_machine_alone(self, repository):
        repository.settings["DOCKER_BUILD_ARM_RUNS_ON"] = ["arm"]
        repository.image("base", BASE, mark="one")
        repository.image("top", TOP, top="top")
        repository.declare(("base", [ARM, AMD], []), ("top", [ARM, AMD], ["base"]))
        first = repository.run(local=True)
        assert first.statuses == {
            f"{BUILD_AMD}: base": "OK",
            f"{BUILD_AMD}: top": "OK",
            **{
                f"{job}: {name}": "SKIPPED"
                for job in (BUILD_ARM, MERGE)
                for name in ("base", "top")
            },
        }
        assert set(first.events[MERGE].provided) == {
            image_artifact(repository.name(name)) for name in ("base", "top")
        }
        for image in first.plan.images:
            assert repository.engine.docker("image", "inspect", f"{image.name}:{image.known[0]}")
            with pytest.raises(Absent):
                HttpRegistry().digest(f"{image.name}:{image.tag}")
        second = repository.run(local=True)
        assert set(second.statuses.values()) == {"SKIPPED"}

    def test_what_the_registry_has_is_used(self, chain):
        chain.run()
        chain.forget_local()
        chain.image("top", TOP, top="changed")
        ran = chain.run(local=True)
        assert ran.statuses == {
            f"{BUILD_AMD}: base": "SKIPPED",
            f"{BUILD_AMD}: top": "OK",
        }
        assert "on this machine only" in ran.info


def test_without_an_engine_it_is_an_error_that_is_not_the_authors(repository, docker_engine):
    repository.image("base", BASE, mark="one")
    repository.declare(("base", [AMD], []))
    repository.engine = structs_engine(docker_engine)
    began = time.monotonic()
    ran = repository.run()
    assert ran.statuses == {f"{BUILD_AMD}: base": "ERROR"}
    assert "the Docker engine does not answer" in ran.info
    assert ran.results[BUILD_AMD].ext["verdict"] == "infrastructure"
    assert time.monotonic() - began < 30
    repository.engine = docker_engine


def structs_engine(engine):
    """An engine where there is none."""
    return type(engine)("unix:///nowhere/socket", engine.program)
