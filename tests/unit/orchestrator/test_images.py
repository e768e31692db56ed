"""What is asked of registries while a run is planned."""

from praktika.adapters.memory import MemoryRegistry
from praktika.engine.choice.images import tagged
from praktika.errors import Absent, Denied, Unavailable
from praktika.model.plan import Image
from praktika.orchestrator.images import external_digest, resolve

IMAGES = [Image(name=f"team/{name}", path=name) for name in ("a", "b", "c")]
FILES = {image.name: image.path for image in IMAGES}
MAIN = tagged(IMAGES, FILES, write="", reads=[])
PULL = tagged(IMAGES, FILES, write="pull/7", reads=[""])


def put(registry, image, tag, content=b"x"):
    return registry.put_manifest(f"{image.name}:{tag}", "type", content)


def test_images_that_are_there_are_pinned():
    registry = MemoryRegistry()
    digest = put(registry, MAIN[1], MAIN[1].tag)
    images, notes = resolve(MAIN, registry)
    assert [image.pinned for image in images] == ["", digest, ""]
    assert notes == ()


def test_the_preferred_tag_comes_first():
    registry = MemoryRegistry()
    shared, own = (
        put(registry, PULL[0], PULL[0].tag),
        put(registry, PULL[0], PULL[0].known[0], b"y"),
    )
    put(registry, PULL[1], PULL[1].tag)
    images, _ = resolve(PULL, registry)
    assert [image.pinned for image in images] == [own, shared, ""]


def test_fault_11_a_run_of_main_never_asks_for_what_a_pull_request_wrote():
    registry = MemoryRegistry()
    for image in PULL:
        put(registry, image, image.known[0])
    registry.asked.clear()
    images, _ = resolve(MAIN, registry)
    assert [image.pinned for image in images] == ["", "", ""]
    assert sorted(registry.asked) == sorted(f"{image.name}:{image.tag}" for image in MAIN)


def test_fault_43_an_outage_pins_nothing_and_is_told():
    registry = MemoryRegistry()
    put(registry, MAIN[0], MAIN[0].tag)
    for failure in (Unavailable("it is down"), Denied("no")):
        registry.failure = failure
        images, notes = resolve(MAIN, registry)
        assert images == MAIN
        assert len(notes) == 3
        assert str(failure) in notes[0]


def test_images_whose_content_is_not_known_are_not_asked_for():
    registry = MemoryRegistry()
    assert resolve(IMAGES, registry) == (tuple(IMAGES), ())
    assert registry.asked == []


def test_the_digest_of_an_image_that_is_not_declared():
    registry = MemoryRegistry()
    digest = registry.put_manifest("ubuntu:22.04", "type", b"x")
    assert external_digest("ubuntu:22.04", registry) == digest
    assert external_digest("ubuntu:24.04", registry) is None
    assert external_digest("No Name", registry) is None
    registry.failure = Absent("gone")
    assert external_digest("ubuntu:22.04", registry) is None
