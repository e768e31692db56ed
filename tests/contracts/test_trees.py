"""The contract of `Trees`."""

import hashlib

import pytest

from praktika.errors import Absent

PATHS = [b"a/b/c", b"a/d", b"a.b", b"a0", b"\xff", b"z z/\xc3\xa9"]


def nothing(algorithm):
    return hashlib.new(algorithm, b"tree 0\0").digest()


def test_a_tree_is_its_entries_in_gits_order(forest):
    root = forest.trees.root(forest.commit(PATHS))
    size = 20 if forest.trees.algorithm == "sha1" else 32
    assert len(root) == size
    (raw,) = forest.trees.read([root])
    named = [
        b"100644 a.b\0",
        b"40000 a\0",
        b"100644 a0\0",
        b"40000 z z\0",
        b"100644 \xff\0",
    ]
    rest = raw
    for start in named:
        assert rest.startswith(start)
        rest = rest[len(start) + size :]
    assert rest == b""


def test_an_id_names_the_bytes(forest):
    root = forest.trees.root(forest.commit(PATHS))
    (raw,) = forest.trees.read([root])
    framed = b"tree %d\0%b" % (len(raw), raw)
    assert hashlib.new(forest.trees.algorithm, framed).digest() == root


def test_the_kind_of_ids_is_known_without_a_commit(forest):
    assert forest.trees.algorithm in {"sha1", "sha256"}
    assert list(forest.trees.read([nothing(forest.trees.algorithm)])) == [b""]


def test_many_are_read_in_the_order_in_which_they_are_asked_for(forest):
    commits = [forest.commit([b"n%d/x" % number]) for number in range(3)]
    roots = [forest.trees.root(commit) for commit in commits]
    wanted = dict(zip(roots, forest.trees.read(roots), strict=True))
    asked = roots * 300 + [nothing(forest.trees.algorithm)]
    answers = list(forest.trees.read(asked))
    assert answers[:-1] == [wanted[root] for root in roots] * 300
    assert answers[-1] == b""
    assert list(forest.trees.read([])) == []


def test_a_large_tree_is_read_whole(forest):
    paths = [b"%05d-%b" % (number, b"x" * 100) for number in range(5000)]
    (raw,) = forest.trees.read([forest.trees.root(forest.commit(paths))])
    assert raw.count(b"100644 ") == 5000
    again = list(forest.trees.read([forest.trees.root(forest.commit(paths))] * 5))
    assert again == [raw] * 5


def test_what_is_not_there_is_absent_and_others_can_be_read_all_the_same(forest):
    root = forest.trees.root(forest.commit(PATHS))
    unknown = bytes(len(root))
    with pytest.raises(Absent, match="commit"):
        forest.trees.root("1" * 2 * len(root))
    with pytest.raises(Absent, match=unknown.hex()):
        list(forest.trees.read([root, unknown, root]))
    assert len(list(forest.trees.read([root, root]))) == 2


def test_a_file_is_no_tree(forest):
    algorithm = forest.trees.algorithm
    forest.commit(PATHS)
    file = hashlib.new(algorithm, b"blob 0\0").digest()
    with pytest.raises(Absent, match=file.hex()):
        list(forest.trees.read([file]))


def test_who_stops_early_disturbs_nobody(forest):
    roots = [forest.trees.root(forest.commit([b"n%d" % number])) for number in range(2)]
    answers = iter(forest.trees.read([roots[0]] * 500))
    next(answers)
    answers.close()
    (raw,) = forest.trees.read([roots[1]])
    assert b"n1" in raw
