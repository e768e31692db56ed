"""Building images: what a job is told, how platforms become one, whose a failure is."""

import hashlib
import json

import pytest

from praktika.sdk.images import build
from praktika.sdk.images.build import Building
from praktika.sdk.images.engine import BuildFailed, Engine, EngineFailed, client_settings
from praktika.sdk.images.index import index_of, part_of
from praktika.sdk.images.order import Image, Order
from praktika.sdk.images.store import Store
from praktika.sdk.registry.access import Login
from praktika.sdk.registry.client import INDEXES, SINGLES, Manifest
from praktika.sdk.registry.errors import NoAnswer, NotThere, Refused, RegistryFailed
from praktika.sdk.settings import remember

AMD, ARM = "linux/amd64", "linux/arm64"
OCI, DOCKER = SINGLES


def manifest(text, media_type=DOCKER):
    data = text if isinstance(text, bytes) else json.dumps(text).encode()
    return Manifest(media_type, data, f"sha256:{hashlib.sha256(data).hexdigest()}")


def image(name="team/base", platforms=(AMD,), tags=("t",), **fields):
    given = {"registry": "r", "repository": name, "path": "p", "depends_on": (), "is_main": True}
    return Image(name=name, platforms=platforms, tags=tags, **{**given, **fields})


def test_an_index_lists_each_platform_and_is_the_same_in_any_order():
    parts = [(AMD, manifest("a")), ("linux/arm/v7", manifest("bb"))]
    media_type, data = index_of(parts)
    assert (media_type, data) == index_of(reversed(parts))
    assert media_type == INDEXES[1]
    content = json.loads(data)
    assert content["mediaType"] == media_type
    assert content["manifests"] == [
        {
            "mediaType": DOCKER,
            "size": 3,
            "digest": parts[0][1].digest,
            "platform": {"os": "linux", "architecture": "amd64"},
        },
        {
            "mediaType": DOCKER,
            "size": 4,
            "digest": parts[1][1].digest,
            "platform": {"os": "linux", "architecture": "arm", "variant": "v7"},
        },
    ]
    assert index_of([(AMD, manifest("a", OCI)), (ARM, manifest("b"))])[0] == INDEXES[0]


def test_a_part_that_is_a_list_itself_gives_what_it_has_for_its_platform():
    entries = [
        {"digest": "sha256:1", "platform": {"os": "linux", "architecture": "amd64"}},
        {"digest": "sha256:2", "platform": {"os": "unknown", "architecture": "unknown"}},
    ]
    part = manifest({"manifests": entries}, INDEXES[0])
    content = json.loads(index_of([(AMD, part)])[1])
    assert [entry["digest"] for entry in content["manifests"]] == ["sha256:1"]
    assert part_of(part, AMD) == "sha256:1"
    with pytest.raises(RegistryFailed, match="nothing for linux/arm64"):
        part_of(part, ARM)
    assert part_of(manifest("a"), AMD) == manifest("a").digest


@pytest.mark.parametrize("text", [b"", b"[]", b'{"manifests": 1}', b'{"manifests": [1]}'])
def test_what_is_no_manifest_is_not_merged(text):
    with pytest.raises(RegistryFailed, match="is no manifest"):
        index_of([(AMD, manifest(text, INDEXES[0]))])


def test_tags_of_parts():
    two = image(platforms=(AMD, "linux/arm/v7", "windows/amd64"))
    assert [two.part_tag(name) for name in two.platforms] == [
        "t-amd64",
        "t-arm-v7",
        "t-windows-amd64",
    ]
    assert image().part_tag(AMD) == "t"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"images": [{}]}', '{"images": 3}'])
def test_an_order_that_no_runner_wrote_is_refused(tmp_path, text):
    (tmp_path / "images.json").write_text(text)
    with pytest.raises(ValueError):
        Order.read(str(tmp_path / "images.json"))


class Clients:
    """A registry in memory that fails as it is told."""

    def __init__(self):
        self.tags = {}
        self.failures = []

    def digest(self, repository, reference):
        return self.manifest(repository, reference).digest

    def manifest(self, repository, reference):
        if self.failures:
            raise self.failures.pop(0)
        if (repository, reference) not in self.tags:
            raise NotThere(f"no {reference}")
        return self.tags[repository, reference]

    def put(self, repository, reference, media_type, data):
        self.tags[repository, reference] = manifest(data, media_type)
        self.tags[repository, manifest(data).digest] = manifest(data, media_type)
        return manifest(data).digest


class FakeEngine:
    """An engine whose builds do what they are told, and whose pushes land in `Clients`."""

    def __init__(self, clients):
        self.clients = clients
        self.local = {}
        self.done = []
        self.failure = None

    def identity(self, reference):
        return self.local.get(reference, "")

    def platform(self):
        return AMD

    def build(self, path, platform, tag, options, log):
        log.write_text("what it said")
        if self.failure:
            raise self.failure
        self.done.append(f"build {tag}")
        self.local[tag] = f"id of {tag}"

    def push(self, reference, log):
        self.done.append(f"push {reference}")
        name, tag = reference.rsplit(":", 1)
        self.clients.put(name, tag, DOCKER, self.local[reference].encode())


@pytest.fixture
def built(tmp_path, monkeypatch):
    """Carries out an order on fakes."""
    remember({"TEMP_DIR": str(tmp_path)})
    monkeypatch.setattr("praktika.sdk.images.store._FIRST_PAUSE", 0.0)

    class Case:
        clients = Clients()
        engine = FakeEngine(clients)

        def __call__(self, *images, platforms=(AMD,), finishes=None, **fields):
            names = [one.name for one in images] if finishes is None else finishes
            order = Order(tuple(images), platforms, frozenset(names), **fields)
            store = Store(order, {}, patience=0.2)
            store._clients = dict.fromkeys(store._clients, self.clients)
            self.building = Building(order, store, self.engine, tmp_path)
            return {result.name: result for result in self.building.run()}

    return Case()


def test_a_tag_is_pushed_when_everything_else_is_there(built):
    two = image(platforms=(AMD, ARM))
    results = built(two, platforms=(AMD, ARM))
    assert results["team/base"].status == "OK"
    assert [line.split()[0] for line in built.engine.done] == ["build", "push"] * 2
    assert built.building.built == {"team/base": built.clients.digest("team/base", "t")}


def test_images_that_are_there_are_not_built(built):
    built.clients.put("team/base", "shared", DOCKER, b"x")
    results = built(image(tags=("own", "shared")))
    assert results["team/base"].status == "SKIPPED"
    assert built.engine.done == []
    assert built.building.built["team/base"] in results["team/base"].info


def test_a_short_outage_is_waited_out(built):
    built.clients.failures = [NoAnswer("down"), NoAnswer("down")]
    assert built(image())["team/base"].status == "OK"


@pytest.mark.parametrize("failure", [Refused("no"), NoAnswer("down", 60), RegistryFailed("odd")])
def test_fault_43_what_the_registry_does_not_answer_is_neither_built_nor_there(built, failure):
    built.clients.failures = [failure]
    result = built(image())["team/base"]
    assert (result.status, result.info) == ("ERROR", str(failure))
    assert built.engine.done == []
    assert built.building.built == {}


@pytest.mark.parametrize(
    ("failure", "status"), [(BuildFailed("exit code: 1"), "FAIL"), (EngineFailed("gone"), "ERROR")]
)
def test_whose_a_failure_is(built, failure, status):
    built.engine.failure = failure
    results = built(image(), image("team/top", depends_on=("team/base",)))
    assert results["team/base"].status == status
    assert len(results["team/base"].files) == 1
    assert results["team/top"].status == "DROPPED"
    assert "team/base" in results["team/top"].info


def test_an_image_whose_content_is_not_known_is_not_built(built):
    result = built(image(tags=()))["team/base"]
    assert result.status == "ERROR"
    assert "does not say what it holds" in result.info


def test_images_of_others_are_left_alone(built):
    assert built(image(platforms=(ARM,)), finishes=[]) == {}


def test_latest_is_moved_by_the_main_branch_only(built):
    built(image(is_main=False), moves_latest=True)
    assert ("team/base", "latest") not in built.clients.tags
    built(image(), moves_latest=True)
    assert built.clients.digest("team/base", "latest") == built.building.built["team/base"]


def test_a_local_run_pushes_nothing_and_asks_a_registry_that_is_down_in_vain(built):
    built.clients.failures = [Refused("no")]
    result = built(image(platforms=(ARM, AMD)), is_local=True)["team/base"]
    assert result.status == "OK"
    assert "whether it is in its registry is not known: no" in result.info
    assert built.engine.done == ["build team/base:t"]
    assert built.building.built == {"team/base": ""}
    assert built(image(), is_local=True)["team/base"].status == "SKIPPED"


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (
            "error: failed to solve: rpc error: executor failed running [sh -c x]: exit code: 1",
            BuildFailed,
        ),
        (
            "failed to solve: process curl: connection refused: did not complete successfully",
            BuildFailed,
        ),
        ("failed to solve: failed to compute cache key: '/x' not found", BuildFailed),
        ("failed to solve: r/x: failed to do request: Head: dial tcp: i/o timeout", EngineFailed),
        ("failed to solve: r/x: unexpected status code 503 Service Unavailable", EngineFailed),
        ("failed to solve: toomanyrequests: You have reached your pull rate limit", EngineFailed),
    ],
)
def test_a_build_fails_by_its_dockerfile_or_by_its_surroundings(tmp_path, said, error, capfd):
    program = tmp_path / "docker"
    program.write_text(
        f'#!/bin/sh\n[ "$1" = version ] && exit 0\necho "connection refused"\necho "{said}" >&2\nexit 1\n'
    )
    program.chmod(0o755)
    with pytest.raises(error):
        Engine(str(program)).build("p", AMD, "t", [], tmp_path / "log")
    assert said in (tmp_path / "log").read_text()
    assert said in capfd.readouterr().out


def test_without_the_program_it_is_the_surroundings(tmp_path):
    engine = Engine(str(tmp_path / "nothing"))
    for action in (engine.check, engine.platform, lambda: engine.pull("x", AMD, tmp_path / "log")):
        with pytest.raises(EngineFailed, match="cannot be run"):
            action()


def test_settings_of_the_client_are_the_users_own_without_credentials(tmp_path, monkeypatch):
    own = tmp_path / "own"
    (own / "contexts").mkdir(parents=True)
    (own / "config.json").write_text('{"currentContext": "far", "credsStore": "desktop"}')
    monkeypatch.setenv("DOCKER_CONFIG", str(own))
    with client_settings({}) as folder:
        assert folder == ""
    logins = {"docker.io": Login("u", "p"), "r.example:5000": Login("v", "q")}
    private = tmp_path / "private"
    private.mkdir()
    with client_settings(logins, str(private)) as folder:
        assert type(tmp_path)(folder).parent == private
        settings = json.loads((type(tmp_path)(folder) / "config.json").read_text())
        assert settings == {
            "auths": {
                "https://index.docker.io/v1/": {"auth": "dTpw"},
                "r.example:5000": {"auth": "djpx"},
            },
            "currentContext": "far",
        }
        assert (type(tmp_path)(folder) / "contexts").is_dir()
    assert not type(tmp_path)(folder).exists()
    assert sorted(path.name for path in own.iterdir()) == ["config.json", "contexts"]


def test_a_job_without_an_order_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(build.signal, "signal", lambda *_: None)
    remember({"TEMP_DIR": str(tmp_path)})
    with pytest.raises(SystemExit) as caught:
        build.main("Dockers Build (amd)")
    assert caught.value.code == 1
    assert "images.json" in next(tmp_path.glob("result_*.json")).read_text()
