"""The files of a first pipeline, and what a project's own files tell."""

import ast
import os
import stat
import subprocess

import pytest

from praktika.adapters.local.sandbox import LocalSandbox
from praktika.cli.scaffold import files
from praktika.cli.scaffold.detect import TestCommand, main_branch, test_command

TestCommand.__test__ = False
test_command.__test__ = False


def only(tmp_path, monkeypatch, *programs: str) -> None:
    """Let these programs be found, which succeed, and no others."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in programs:
        program = folder / name
        program.write_text("#!/bin/sh\necho 1\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(folder))


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "project"
    root.mkdir()

    def with_files(**contents: str):
        for name, text in contents.items():
            path = root / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        return root

    return with_files


ALL = ("python3", "go", "cargo", "npm", "make", "sh")


@pytest.mark.parametrize(
    ("contents", "line", "because"),
    [
        ({"pyproject_dot_toml": "[tool.pytest.ini_options]"}, "pytest", "pyproject.toml"),
        ({"tests__test_a_dot_py": "def test(): pass"}, "pytest", "tests/test_a.py"),
        ({"go_dot_mod": "module x"}, "go test -json", "go.mod"),
        ({"Cargo_dot_toml": "[package]"}, "cargo test", "Cargo.toml"),
        ({"package_dot_json": '{"scripts": {"test": "jest"}}'}, "npm install && npm test", "package.json"),
        ({"Makefile": "all:\ntest: all\n"}, "make test", "Makefile"),
    ],
)  # fmt: skip
def test_what_runs_the_tests(tmp_path, monkeypatch, project, contents, line, because):
    only(tmp_path, monkeypatch, *ALL)
    found = test_command(project(**contents))
    assert line in found.line
    assert found.because == because


def test_a_lock_file_is_kept_to(tmp_path, monkeypatch, project):
    only(tmp_path, monkeypatch, "npm")
    root = project(package_dot_json='{"test": "jest"}')
    (root / "package-lock.json").touch()
    assert test_command(root).line == "npm ci && npm test"


@pytest.mark.parametrize(
    "contents",
    [
        {},
        {"package_dot_json": '{"scripts": {"test": "echo \\"Error: no test specified\\""}}'},
        {"Makefile": "tests:\n"},
        {"pyproject_dot_toml": "[project]"},
    ],
)
def test_nothing_tells(tmp_path, monkeypatch, project, contents):
    only(tmp_path, monkeypatch, *ALL)
    assert test_command(project(**contents)) is None


def test_what_cannot_run_here_is_not_suggested(tmp_path, monkeypatch, project):
    only(tmp_path, monkeypatch)
    root = project(
        go_dot_mod="module x", Cargo_dot_toml="x", Makefile="test:\n", pytest_dot_ini="[pytest]",
        package_dot_json='{"test": "jest"}',
    )  # fmt: skip
    assert test_command(root) is None


def test_unittest_where_pytest_is_not_installed(tmp_path, monkeypatch, project):
    only(tmp_path, monkeypatch)
    root = project(tests__test_a_dot_py="import unittest")
    assert test_command(root).line.startswith("python3 -m unittest")


def git(root, *arguments: str) -> None:
    identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.invalid"]
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


def test_the_main_branch(tmp_path):
    assert main_branch(tmp_path, "") == "main"
    git(tmp_path, "init", "-b", "trunk")
    assert main_branch(tmp_path, "trunk") == "trunk"
    git(tmp_path, "commit", "--allow-empty", "-m", "one")
    git(tmp_path, "branch", "master")
    assert main_branch(tmp_path, "trunk") == "master"
    git(tmp_path, "update-ref", "refs/remotes/origin/release/1", "HEAD")
    git(tmp_path, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/release/1")
    assert main_branch(tmp_path, "trunk") == "release/1"


@pytest.mark.parametrize("name", ["Pull request", "🎉 'q' \"d\" \\ {x}", "x\ny"])
@pytest.mark.parametrize(
    "tests",
    [
        None,
        TestCommand("make test", "Makefile"),
        TestCommand("pytest -k \"a 'b'\" {x} \\n", "you", reports="ci/tmp/tests.xml"),
    ],
)
def test_the_workflow_file_says_what_it_was_told(name, tests):
    text = files.workflow_file(name, "main", tests)
    strings = {it.value for it in ast.walk(ast.parse(text)) if isinstance(it, ast.Constant)}
    assert {name, "main"} <= strings
    if tests:
        assert any(isinstance(it, str) and it.endswith(tests.line) for it in strings)
    assert max(map(len, files.workflow_file("W", "main", None).splitlines())) <= 100


@pytest.mark.parametrize(
    "tests", [None, TestCommand("true", "you"), TestCommand("true", "you", reports="r.xml")]
)
def test_the_files_compile_without_a_single_problem(tmp_path, tests):
    for name, text in (
        (files.WORKFLOW, files.workflow_file("Pull request", "main", tests)),
        (files.SETTINGS, files.settings_file("main")),
    ):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
    compiled = LocalSandbox().compile(tmp_path)
    assert compiled.problems == ()
    assert compiled.plans[0].base_branches == ("main",)
    assert compiled.settings["MAIN_BRANCH"] == "main"


@pytest.mark.parametrize("line", ["ci/tmp/", "ci/tmp", "/ci/tmp/", " ci/tmp/ "])
def test_what_is_ignored_already_is_not_added_again(line):
    assert files.ignore_lines(["*.pyc", line]) == []


def test_the_line_that_is_missing():
    assert files.ignore_lines(["tmp/", "#ci/tmp/"]) == ["ci/tmp/"]
    assert os.linesep not in files.IGNORED
