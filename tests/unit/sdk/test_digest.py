from types import SimpleNamespace

import pytest

from praktika.digest import Digest


def image(name, path, *needs):
    return SimpleNamespace(name=name, path=path, depends_on=list(needs))


@pytest.fixture
def tree(place):
    (place / "d" / "sub").mkdir(parents=True)
    (place / "d" / "a").write_text("one")
    (place / "d" / "sub" / "b").write_text("two")
    return place / "d"


def digest():
    return Digest.calc_files_digest(["d"])


def test_it_depends_on_nothing_but_the_files(tree):
    assert digest() == Digest.calc_files_digest(["./d/sub", "d", "d/a"])
    assert len(digest()) == 64
    assert len(Digest.calc_files_digest(["d"], length=20)) == 20


@pytest.mark.parametrize(
    "change",
    [
        lambda d: (d / "a").write_text("One"),
        lambda d: (d / "a").rename(d / "c"),
        lambda d: (d / "a").chmod(0o755),
        lambda d: ((d / "a").write_text("onet"), (d / "sub/b").write_text("wo")),
        lambda d: (d / "new").write_text(""),
        lambda d: (d / "a").unlink(),
    ],
)
def test_fault_30_every_change_changes_it(tree, change):
    before = digest()
    change(tree)
    assert digest() != before


def test_fault_52_excluded_paths_may_be_written_either_way(tree):
    only_a = Digest.calc_files_digest(["d/a"])
    assert Digest.calc_files_digest(["./d"], ["d/sub"]) == only_a
    assert Digest.calc_files_digest(["d"], ["./d/sub/"]) == only_a


def test_a_missing_path_is_named(place):
    with pytest.raises(FileNotFoundError, match="none"):
        Digest.calc_files_digest(["none"])


def test_the_tag_of_an_image_covers_what_it_builds_upon(tree):
    base, top = image("base", "d/sub"), image("top", "d/a", "base")
    before = Digest.calc_docker_digest(top, [base, top])
    assert len(before) == 20
    (tree / "sub" / "b").write_text("changed")
    assert Digest.calc_docker_digest(top, [base, top]) != before


def test_images_that_cannot_be_resolved(tree):
    one, two = image("one", "d", "two"), image("two", "d", "one")
    with pytest.raises(ValueError, match="one -> two -> one"):
        Digest.calc_docker_digest(one, [one, two])
    with pytest.raises(ValueError, match="'two', which is unknown"):
        Digest.calc_docker_digest(one, [one])
