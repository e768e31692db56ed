"""The full name of a test: what its own tool would call it, and what people search for.

The rules are listed in `docs/test-reports.md`. A name depends on nothing but the test's own entry
and the suites around it, so it stays the same from run to run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_PYTEST_SUITE = "pytest"
_PYTEST_ROOT = "pytest tests"
_NEXTEST_ROOT = "nextest-run"

_TEST_MODULE = re.compile(r"test_.*|.*_test")
_SCRIPT = re.compile(r"\S+\.[cm]?[jt]sx?")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{5,}|-byte object <")
# Playwright's and, by advice, Jest's.
_CHEVRON = " \u203a "
_PARAMETER_LIMIT = 80
# Names that tools give to suites which stand for nothing: unittest's has a date in it.
_NO_SUITE = re.compile(r"|\(empty\)|AllTests|unittest\.suite\._ErrorHolder-\d+")
_NEAREST = 20


def junit_name(case: Mapping[str, str], suites: Sequence[str]) -> str:
    """The name of a `<testcase>` with these attributes.

    Args:
        case: its attributes.
        suites: the names around it, outermost first: that of `<testsuites>` ("" if there is none),
            then those of each `<testsuite>`.
    """
    name = case.get("name", "").strip()
    classname = case.get("classname", "").strip()
    if is_pytest(suites):
        return pytest_name(classname, name, case.get("file", ""))
    if "\\" in case.get("class", ""):
        return joined_name(case["class"], name, "::")
    if classname in {"", "test"}:
        # No class to speak of: the suites are all there is. node writes "test" in older versions,
        # and the suites with dots between them in newer ones.
        path = [suite for suite in suites[1:][-_NEAREST:] if not _NO_SUITE.fullmatch(suite)]
        return ("." if classname else " > ").join([*path, *([name] if name else [])])
    between = "::" if suites and suites[0] == _NEXTEST_ROOT else ""
    full = joined_name(classname, name, between)
    return with_parameter(full, case.get("value_param", ""), case.get("type_param", ""))


def is_pytest(suites: Sequence[str]) -> bool:
    """Whether pytest wrote the report with these suites."""
    return _PYTEST_SUITE in suites[-1:] or _PYTEST_ROOT in suites[:1]


def joined_name(classname: str, name: str, between: str = "") -> str:
    """Class and test, unless the test's name holds the class already."""
    if not classname or name.startswith(classname) or name.endswith(f" {classname}"):
        return name or classname
    if not name:
        return classname
    return f"{classname}{between or _separator(classname, name)}{name}"


def _separator(classname: str, name: str) -> str:
    if "::" in classname or "::" in name or "\\" in classname:
        return "::"
    if _CHEVRON in classname or _CHEVRON in name:
        return _CHEVRON
    if " " in classname or " > " in name or _SCRIPT.fullmatch(classname):
        return " > "
    return "."


def with_parameter(name: str, value: str, kind: str) -> str:
    """The name of a gtest with its parameter, if that is short and the same in every run."""
    parameter = value or kind
    if not parameter or len(parameter) > _PARAMETER_LIMIT or _ADDRESS.search(parameter):
        return name
    return f"{name} ({parameter})"


def pytest_name(classname: str, name: str, file: str) -> str:
    """The node id, `tests/test_a.py::TestX::test_y[1]`, which JUnit XML holds in pieces.

    With the attribute `file` it is exact. Without, the module ends at the last part that is named
    like a test file, or else before the first part that is named like a class.
    """
    if not classname:
        # A file that could not be imported.
        return file or name.replace(".", "/") + ".py"
    parts = classname.split(".")
    if file:
        module = file.removesuffix(".py").replace("\\", "/").split("/")
        size = len(module) if parts[: len(module)] == module else _module_size(parts)
    else:
        size = _module_size(parts)
    path = file or "/".join(parts[:size]) + ".py"
    return "::".join([path, *parts[size:], name])


def _module_size(parts: Sequence[str]) -> int:
    for size in range(len(parts), 0, -1):
        if _TEST_MODULE.fullmatch(parts[size - 1]):
            return size
    for size, part in enumerate(parts):
        if size and part[:1].isupper():
            return size
    return len(parts)
