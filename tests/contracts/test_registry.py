"""What every Registry does."""

from __future__ import annotations

import hashlib
import json
import threading

import pytest

from praktika.errors import Absent, OperatorError
from praktika.sdk.registry.client import INDEXES

LIST = INDEXES[1]


def manifest(mark: str, media_type: str = LIST) -> bytes:
    """An index of nothing, which differs by its mark."""
    content = {"schemaVersion": 2, "mediaType": media_type, "manifests": []}
    return json.dumps({**content, "annotations": {"mark": mark}}).encode()


@pytest.fixture
def registry(registry_doors):
    return registry_doors[0]()


@pytest.fixture
def name(registry_doors):
    return registry_doors[1]


def test_what_was_put_is_there_under_its_tag_and_its_digest(registry, name):
    data = manifest("a")
    digest = registry.put_manifest(f"{name}:one", LIST, data)
    assert digest == f"sha256:{hashlib.sha256(data).hexdigest()}"
    for reference in (f"{name}:one", f"{name}@{digest}", f"{name}:other@{digest}"):
        assert registry.digest(reference) == digest
        assert registry.manifest(reference) == (LIST, data, digest)


def test_without_a_tag_it_is_latest(registry, name):
    digest = registry.put_manifest(name, LIST, manifest("a"))
    assert registry.digest(f"{name}:latest") == registry.digest(name) == digest


@pytest.mark.parametrize("media_type", INDEXES)
def test_media_types_are_kept(registry, name, media_type):
    registry.put_manifest(f"{name}:one", media_type, manifest("a", media_type))
    assert registry.manifest(f"{name}:one").media_type == media_type


def test_a_repository_that_nobody_has_written_to_is_absent(registry, name):
    with pytest.raises(Absent):
        registry.digest(f"{name}:one")
    with pytest.raises(Absent):
        registry.manifest(f"{name}:one")


def test_another_tag_and_another_digest_are_absent(registry, name):
    registry.put_manifest(f"{name}:one", LIST, manifest("a"))
    for reference in (f"{name}:two", f"{name}@sha256:{'0' * 64}", f"{name}-x:one"):
        with pytest.raises(Absent):
            registry.digest(reference)


def test_a_tag_moves_and_what_it_named_stays(registry, name):
    first = registry.put_manifest(f"{name}:one", LIST, manifest("a"))
    second = registry.put_manifest(f"{name}:one", LIST, manifest("b"))
    assert first != second
    assert registry.digest(f"{name}:one") == second
    assert registry.manifest(f"{name}@{first}").data == manifest("a")


def test_putting_the_same_again_changes_nothing(registry, name):
    digests = {registry.put_manifest(f"{name}:one", LIST, manifest("a")) for _ in range(3)}
    assert len(digests) == 1


def test_others_see_it(registry_doors):
    doors, name = registry_doors
    digest = doors().put_manifest(f"{name}:one", LIST, manifest("a"))
    assert doors().digest(f"{name}:one") == digest


def test_many_threads_may_ask_at_once(registry, name):
    digest = registry.put_manifest(f"{name}:one", LIST, manifest("a"))
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(registry.digest(f"{name}:one")))
        for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [digest] * 16


@pytest.mark.parametrize("text", ["", "https://example.com/x", "Upper/case", "a b"])
def test_what_names_no_image_is_refused(registry, text):
    with pytest.raises(OperatorError):
        registry.digest(text)
