import json

import pytest

from praktika.sdk.names import file_stem, normalize_string, result_path


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Unit tests", "unit_tests"),
        ("Build (amd_debug, parallel 1/3)", "build_amd_debug_parallel_1_3"),
        ("a - b: c & d", "a_b_c_d"),
        ("it's {'x': [\"y\"]}", "it_s_x_y"),
        ("C++ 50% v1.2 #3", "c++_50%_v1.2_#3"),
        ("Ünïcode 🚀", "ünïcode_🚀"),
        ("", ""),
        ("((", ""),
    ],
)
def test_normalize_string(name, expected):
    assert normalize_string(name) == expected


def test_result_path_of_an_ordinary_name():
    assert result_path("Unit tests", "./ci/tmp") == "./ci/tmp/result_unit_tests.json"


@pytest.mark.parametrize(
    "name",
    [
        "x" * 300,
        "🚀" * 300,
        "ü" * 76,
        "tab\tnewline\nnull\0",
        "half \udc80 pair",
        "../../etc/passwd",
        "/",
        "..",
    ],
)
def test_every_name_is_a_name_of_a_file(temp, name):
    path = result_path(name, str(temp))
    with open(path, "w") as file:
        json.dump({}, file)
    assert [entry.name for entry in temp.iterdir()] == [path.rpartition("/")[2]]


def test_long_names_that_differ_late_have_different_files():
    assert file_stem("x" * 300 + "a") != file_stem("x" * 300 + "b")


def test_names_that_only_differ_in_what_a_file_system_cannot_store_have_different_files():
    assert file_stem("a\0") != file_stem("a\1")


def test_the_longest_stem_that_needs_no_digest():
    assert file_stem("x" * 150) == "x" * 150
    assert len(file_stem("x" * 151).encode()) == 150


def test_a_character_is_not_cut_in_two():
    stem = file_stem("🚀" * 200)
    assert stem.encode().decode() == stem
    assert len(stem.encode()) <= 150
