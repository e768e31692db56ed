import json
import math
import threading
import time
from pathlib import Path

import pytest

from praktika.sdk.files import locked, read_json, to_json, write_atomic


def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path):
    target = tmp_path / "deep" / "file"
    write_atomic(target, b"one")
    write_atomic(str(target), b"two")
    assert target.read_bytes() == b"two"
    assert list(target.parent.iterdir()) == [target]


def test_the_longest_name_can_be_written(tmp_path):
    target = tmp_path / ("n" * 255)
    write_atomic(target, b"x")
    assert target.read_bytes() == b"x"


def test_a_failed_write_leaves_the_old_file(tmp_path):
    target = tmp_path / "file"
    write_atomic(target, b"old")
    with pytest.raises(TypeError):
        write_atomic(target, "not bytes")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": math.nan, "b": [math.inf, 1.5]}, {"a": None, "b": [None, 1.5]}),
        ({("x", 1): {3}}, {"('x', 1)": [3]}),
        ({"path": Path("a/b")}, {"path": "a/b"}),
        ("half \udc80 pair", "half ? pair"),
        ({1: True, None: "🚀"}, {"1": True, "null": "🚀"}),
    ],
)
def test_any_value_becomes_strict_json(value, expected):
    assert json.loads(to_json(value), parse_constant=pytest.fail) == expected


def test_invalid_utf8_is_replaced_on_reading(tmp_path):
    (tmp_path / "f").write_bytes(b'{"a": "\xff"}')
    assert read_json(tmp_path / "f") == {"a": "�"}


def test_a_lock_keeps_others_out(tmp_path):
    count = 0

    def add():
        nonlocal count
        for _ in range(20):
            with locked(tmp_path / "counter"):
                seen = count
                time.sleep(0.001)
                count = seen + 1

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count == 80
