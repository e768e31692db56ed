"""`praktika check` and `praktika plan`."""

import subprocess

import pytest
from tests.integration.cli.conftest import Repo

GRAPH = """[
    job("Build", provides=["bin"]),
    job("Tests 'a' / 🎉", requires=["bin"]),
    job("Docs", run_after=["Build"]),
    job("Deploy", requires=["Tests 'a' / 🎉"]),
]"""
ARTIFACT = "\nWORKFLOWS[0].artifacts.append(Artifact(name='bin', path='bin'))\n"


@pytest.fixture
def graph(repo) -> Repo:
    repo.workflow("Pull request", GRAPH)
    path = repo.root / "ci/workflows/w0.py"
    path.write_text(path.read_text() + ARTIFACT)
    return repo.workflow("Nightly", '[job("Fuzz")]', event="push").commit()


def test_a_sound_declaration(graph):
    said = graph.praktika("check")
    assert (said.code, said.out, said.err) == (0, "OK: 2 workflows, 5 jobs\n", "")
    assert graph.praktika("check", "--json").json == {
        "ok": True,
        "problems": [],
        "workflows": ["Pull request", "Nightly"],
    }


def test_every_problem_with_its_place(repo):
    repo.workflow("A", '[job("a", requires=["b"]), job("b", requires=["a"])]')
    repo.workflow("B", '[job("x", timeout=-1), job("x")]')
    said = repo.praktika("check")
    assert said.code == 2
    lines = said.err.splitlines()
    assert all(line.startswith("ci/workflows/w") and ": " in line for line in lines)
    assert {line.split(": ")[1] for line in lines} == {"cycle", "bad-timeout", "duplicate-name"}
    assert said.out == f"FAIL: {len(lines)} errors\n"
    found = repo.praktika("check", "--json")
    assert found.code == 2
    assert found.json["ok"] is False
    assert found.json["workflows"] == []
    assert set(found.json["problems"][0]) == {"file", "line", "code", "text", "hint", "severity"}


def test_a_warning_stops_nothing(repo):
    repo.workflow("A", '[job("a").set_dependency("b"), job("b")]')
    said = repo.praktika("check")
    assert said.code == 0
    assert ": warning: deprecated: " in said.err
    assert said.out == "OK: 1 workflow, 2 jobs, 1 warning\n"
    ran = repo.praktika("run")
    assert ran.code == 0
    assert "note: 1 warning; `praktika check` shows them" in ran.err


@pytest.mark.parametrize("command", ["check", "plan", "run"])
def test_broken_python_is_a_problem_with_a_line(repo, command):
    repo.file("ci/workflows/a.py", "x = 1\ndef f(:\n")
    said = repo.praktika(command)
    assert said.code == 2
    assert said.err.startswith("ci/workflows/a.py:2: syntax-error: ")


@pytest.mark.parametrize("command", ["check", "plan", "run"])
def test_a_repository_without_pipelines_is_told_how_to_begin(repo, command):
    said = repo.praktika(command)
    assert said.code == 2
    assert "praktika init" in said.err


def test_the_plan_for_programs(graph):
    flows = graph.praktika("plan", "--json").json["workflows"]
    assert [(flow["name"], flow["event"]) for flow in flows] == [
        ("Pull request", "pull_request"),
        ("Nightly", "push"),
    ]
    jobs = {job["name"]: job for job in flows[0]["jobs"]}
    assert jobs["Deploy"]["needs"] == ["Tests 'a' / 🎉"]
    assert [job["level"] for job in jobs.values()] == [1, 2, 2, 3]
    assert all(job["decision"] == "run" and job["reason"] for job in jobs.values())
    assert jobs["Build"]["provides"] == ["bin"]


def test_the_plan_for_people(graph):
    said = graph.praktika("plan", "pull request")
    assert said.code == 0
    lines = [line.rstrip() for line in said.out.splitlines()]
    assert lines[0] == "Pull request  (pull_request, 4 jobs)  ci/workflows/w0.py:4"
    assert [line.strip() for line in lines if "level" in line] == ["level 1", "level 2", "level 3"]
    assert [line.strip() for line in lines if "needs" in line] == [
        "needs bin of Build",
        "needs Tests 'a' / 🎉",
    ]
    assert [line.strip() for line in lines if "after" in line] == ["after Build"]


def test_the_plan_of_a_job_shows_what_running_it_would_run(graph):
    flow = graph.praktika("plan", "deploy", "--json").json["workflows"][0]
    decided = {job["name"]: (job["decision"], job["reason"]) for job in flow["jobs"]}
    assert decided == {
        "Build": ("run", "required by 'Tests 'a' / 🎉'"),
        "Tests 'a' / 🎉": ("run", "required by 'Deploy'"),
        "Docs": ("skip", "not asked for"),
        "Deploy": ("run", "asked for by name"),
    }


def test_an_error_for_programs(repo):
    said = repo.praktika("plan", "--json")
    assert said.code == 2
    assert said.json["problems"][0]["code"] == "no-workflows"


@pytest.mark.parametrize("where", [".", "ci/workflows"])
def test_the_working_directory_does_not_matter(graph, where):
    assert graph.praktika("check", cwd=where).out == "OK: 2 workflows, 5 jobs\n"


def test_another_folder(graph, tmp_path):
    outside = Repo(tmp_path / "elsewhere")
    assert outside.praktika("-C", str(graph.root), "check").out == "OK: 2 workflows, 5 jobs\n"
    assert outside.praktika("-C", "nowhere", "check").code == 2


def test_a_bare_repository_is_the_surroundings(tmp_path):
    bare = Repo(tmp_path / "bare.git")
    subprocess.run(["git", "init", "-q", "--bare", bare.root], check=True)
    for command in (("check",), ("run",), ("runs",), ("init", "--yes")):
        said = bare.praktika(*command)
        assert said.code == 3
        assert "bare repository" in said.err


def test_git_that_is_not_there_is_the_surroundings(repo, tmp_path):
    (tmp_path / "empty").mkdir()
    said = repo.praktika("check", env={"PATH": str(tmp_path / "empty")})
    assert said.code == 3
    assert "git" in said.err
