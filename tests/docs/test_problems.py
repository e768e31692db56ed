"""`docs/problems.md` explains every code, and its examples have the problems that they show."""

import re
from pathlib import Path

import pytest

from praktika.adapters.local.sandbox import LocalSandbox
from praktika.model.facts import Facts
from praktika.pipeline import codes

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "problems.md"
SECTION = re.compile(r"^### (\S+)\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```python\n# (\S+)\n(.*?)^```", re.MULTILINE | re.DOTALL)

sections = dict(SECTION.findall(PAGE.read_text()))
without_example = {codes.NO_WORKFLOWS, codes.INTERNAL_ERROR, codes.GONE_WORKFLOW}


def test_every_code_has_a_section_and_every_section_a_code():
    assert set(sections) == set(codes.ALL)


def test_every_code_is_used_somewhere():
    sources = "".join(
        path.read_text()
        for folder in ("pipeline", "infrastructure", "adapters/local", "wiring")
        for path in (ROOT / "src" / "praktika" / folder).rglob("*.py")
        if path.name != "codes.py"
    )
    names = {name for name in vars(codes) if name.isupper() and name != "ALL"}
    assert {name for name in names if f"codes.{name}" not in sources} == set()


@pytest.mark.parametrize("code", sorted(sections))
def test_every_section_says_how_to_mend_it(code):
    assert "**Mend:**" in sections[code]


@pytest.mark.parametrize("code", sorted(set(sections) - without_example))
def test_the_example_of_a_code_has_that_problem_and_no_other_error(code, tmp_path):
    for path, text in BLOCK.findall(sections[code]):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    timeout = 1.0 if code == codes.LOAD_TIMEOUT else 60.0
    problems = LocalSandbox(timeout=timeout).compile(tmp_path, Facts()).problems
    assert code in {problem.code for problem in problems}
    errors = {problem.code for problem in problems if problem.severity == "error"}
    assert errors <= {code}
    assert errors == set() if sections[code].strip().startswith("A warning:") else errors


def test_a_repository_without_workflows_has_that_problem(tmp_path):
    problems = LocalSandbox().compile(tmp_path).problems
    assert [problem.code for problem in problems] == [codes.NO_WORKFLOWS]
    assert "praktika init" in str(problems[0])
