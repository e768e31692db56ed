import json
import math
from pathlib import PurePosixPath
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from praktika.model.result import Result, Status
from praktika.report.embed import MAX_DEPTH, embed

DANGEROUS = [
    "</script>",
    "<!--",
    "<script>",
    "]]>",
    "&lt;",
    "\u2028",
    "\u2029",
    "\x00",
    "\\u003c",
    "\\",
]
texts = st.lists(st.one_of(st.text(max_size=20), st.sampled_from(DANGEROUS))).map("".join)


def a(name: str = "n", **fields: Any) -> Result:
    return Result(name=name, status=Status.OK, **fields)


def read(result: Result) -> Any:
    return json.loads(embed(result))


@given(texts, texts)
def test_no_text_can_end_the_element(name: str, info: str) -> None:
    data = embed(a(name, info=info, ext={name: info}))
    assert not set("<>&\u2028\u2029\x00\n").intersection(data.decode())


@given(texts, texts)
def test_every_text_comes_back_as_it_was(name: str, info: str) -> None:
    node = read(a(name, info=info, links=(info,)))
    assert node["name"] == name
    assert node.get("info", "") == info
    assert node["links"] == [info]


@given(st.text(alphabet=st.characters(categories=["Cs", "Lu"])))
def test_lone_surrogates_become_replacement_characters(name: str) -> None:
    shown = read(a("x" + name, info=name))["name"]
    assert shown.encode()
    assert shown.startswith("x")


def test_a_surrogate_takes_none_of_its_neighbours_along() -> None:
    assert read(a("a\udc80b\ud800c\ud83d\ude00"))["name"] == "a\ufffdb\ufffdc\U0001f600"


def test_values_that_json_does_not_know_become_text() -> None:
    ext = {"path": PurePosixPath("a/b"), "big": 2**70, "nan": math.nan, "set": {1}, 3: "three"}
    shown = read(a(ext=ext))["ext"]
    assert shown == {"path": "a/b", "big": str(2**70), "nan": None, "set": [1], "3": "three"}


def test_a_tree_of_any_depth_is_cut_and_not_refused() -> None:
    tree = a("leaf")
    for _ in range(5_000):
        tree = a(results=(tree,))
    node, depth = read(tree), 0
    while node.get("results"):
        node, depth = node["results"][0], depth + 1
    assert depth == MAX_DEPTH - 1


def test_a_value_of_any_depth_is_cut_and_not_refused() -> None:
    value: Any = "core"
    for _ in range(5_000):
        value = [value]
    assert "too deep" in embed(a(ext={"deep": value})).decode()


def test_the_whole_tree_is_there_when_nothing_is_odd() -> None:
    tree = a("run", results=(a("job", results=tuple(a(f"t{i}") for i in range(50))),))
    assert [part["name"] for part in read(tree)["results"][0]["results"]] == [
        f"t{i}" for i in range(50)
    ]
