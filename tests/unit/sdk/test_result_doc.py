"""docs/result.md says everything that the code knows."""

import re
from pathlib import Path

import pytest

import praktika.sdk
from praktika.result import Label, Result, Status

ROOT = Path(__file__).parents[3]
DOCUMENT = (ROOT / "docs" / "result.md").read_text()
SOURCES = "\n".join(p.read_text() for p in Path(praktika.sdk.__file__).parent.rglob("*.py"))


def constants(words):
    return [value for name, value in vars(words).items() if name.isupper()]


@pytest.mark.parametrize(
    "word", [*constants(Status), *constants(Label), *Result("x", "OK").to_dict()]
)
def test_every_word_is_explained(word):
    assert re.search(rf"^\|.*`{word}`.*\|", DOCUMENT, re.MULTILINE)


def test_every_key_that_is_used_is_explained():
    used = set(re.findall(r"\.ext\[\"(\w+)\"\]", SOURCES))
    used |= set(re.findall(r"add_ext_key_value\(\"(\w+)\"", SOURCES))
    used |= {"warnings", "errors", "notes"}
    assert len(used) > 8
    assert not {key for key in used if f"`{key}`" not in DOCUMENT}


def test_the_name_of_a_labels_constant_is_the_one_in_the_code():
    rows = re.findall(r"^\| `(\w+)` \| `([A-Z_]+)` \|", DOCUMENT, re.MULTILINE)
    assert {constant: word for word, constant in rows} == {
        name: value for name, value in vars(Label).items() if name.isupper()
    }


def test_the_example_uses_names_that_exist():
    example = re.search(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)[1]
    compile(example, "docs/result.md", "exec")
    for name in re.findall(r"Result\.(\w+)", example):
        assert hasattr(Result, name)
