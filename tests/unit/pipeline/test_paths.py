"""Files that a declaration names."""

import pytest

from praktika import Artifact, Docker, Job, Workflow
from praktika.pipeline.check.commands import read_file, started_file
from praktika.pipeline.compile import compile as compile_plans
from praktika.pipeline.load.loader import Loaded
from praktika.sdk.settings import combine


@pytest.fixture
def missing(tmp_path):
    for path in ("ci/run.py", "src/a b.c", "docs/x/y.md", "tools/go.sh"):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")

    def go(job, artifacts=(), settings=None, **fields):
        workflow = Workflow(
            name="CI", event="push", jobs=[job], artifacts=list(artifacts), **fields
        )
        values = {**combine([]), **(settings or {})}
        problems = compile_plans(Loaded(str(tmp_path), [workflow], values, [], [])).problems
        return [str(p).split(": ", 1)[1] for p in problems if "No job provides" not in p.text]

    return go


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("./run.sh", "./run.sh"),
        ("tools/go.sh --all", "tools/go.sh"),
        ("python3 ./ci/run.py --x a/b", "./ci/run.py"),
        ("python3.12 -u ci/run.py", "ci/run.py"),
        ("bash -eu ci/x.sh", "ci/x.sh"),
        ("A=1 B=x/y ./run.sh", "./run.sh"),
        ("env A=1 python ci/run.py", "ci/run.py"),
        ("timeout -k 5 60 ./run.sh", "./run.sh"),
        ("sudo -E nice ./run.sh", "./run.sh"),
        ("cd ./tests/ci && python3 ci.py", "./tests/ci"),
        ("source ci/env.sh; make", "ci/env.sh"),
        ("'ci/run.sh' x", "ci/run.sh"),
        ("./a.sh|tee out/log", "./a.sh"),
        ("make", ""),
        ("make -C build/x", ""),
        ("make && ./out/app", ""),
        ("/usr/bin/env python3 x/y", ""),
        ("python3 -m pytest tests/unit", ""),
        ("python3 -c 'import a/b'", ""),
        ("bash -c ./x.sh", ""),
        ("$TOOLS/run.sh", ""),
        ("${A}/b", ""),
        ("~/bin/x", ""),
        ("./*.sh", ""),
        ("go test ./...", ""),
        ("./...", ""),
        ("mkdir -p out/x", ""),
        ("python3 x.py a/b", ""),
        ("python3 {PARAMETER}/x.py", ""),
        ("https://example.com/x", ""),
        ("", ""),
        ("# ./comment", ""),
        ("A=1", ""),
        ("cd", ""),
    ],
)
def test_the_file_that_a_line_must_find_to_start(line, path):
    assert started_file(line) == path


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("pytest tests/unit -q", "tests/unit"),
        ("pytest -q tests/a.py::test_x", "tests/a.py"),
        ("python3 -m pytest tests/unit", "tests/unit"),
        ("ruff check src tests/x", "tests/x"),
        ("cp a/b c/d", ""),
        ("pytest", ""),
    ],
)
def test_the_file_that_a_reading_program_is_given(line, path):
    assert read_file(line) == path


def test_a_missing_script_is_an_error(missing):
    assert missing(Job(name="a", command="python3 ./ci/rnu.py")) == [
        "missing-file: The command names './ci/rnu.py', which does not exist."
    ]
    assert missing(Job(name="a", command="python3 ./ci/run.py")) == []


def test_a_missing_script_for_failed_tests_is_an_error_too(missing):
    job = Job(name="a", command="make test")
    assert missing(job.set_rerun_command("python3 ./ci/rnu.py")) == [
        "missing-file: 'rerun_command' names './ci/rnu.py', which does not exist."
    ]
    assert missing(job.set_rerun_command("python3 ./ci/run.py")) == []


def test_a_missing_file_that_is_only_read_is_a_warning(missing):
    assert missing(Job(name="a", command="pytest tests/unit")) == [
        "warning: missing-file: The command names 'tests/unit', which does not exist."
    ]


def test_what_artifacts_hooks_and_the_temporary_folder_bring_may_be_missing(missing):
    artifacts = [Artifact(name=n, path=p) for n, p in (("app", "out/*"), ("dir", "lib"))]
    for command in ("./out/app", "python3 lib/deep/x.py", "./ci/tmp/x.sh"):
        job = Job(name="a", command=command, requires=["app", "dir"], provides=[])
        problems = missing(job, artifacts)
        assert not [problem for problem in problems if "missing-file" in problem], command
    assert missing(Job(name="a", command="./made.sh/x", pre_hooks=["make made"])) == []
    job = Job(name="a", command="./other/x", requires=["app"])
    assert any("missing-file" in problem for problem in missing(job, artifacts))


def test_fault_52_digest_paths_must_exist_and_patterns_must_match(missing):
    digest = Job.CacheDigestConfig(
        include_paths=["./src/", "src/a b.c", "**/*.md", "./docs/*/y.md", "./nope", "*.rst"],
        exclude_paths=["./docs/x", "./gone/*.c"],
    )
    assert missing(Job(name="a", command="true", digest_config=digest)) == [
        f"missing-file: 'include_paths' names '{path}', which does not exist. Paths start at the repository's root."
        for path in ("./nope", "*.rst")
    ] + [
        "missing-file: 'exclude_paths' names './gone/*.c', which does not exist. Paths start at the repository's root."
    ]


def test_a_digest_of_many_jobs_is_found_fault_with_once(missing):
    digest = Job.CacheDigestConfig(include_paths=["./nope"])
    base = Job(name="a", command="true", digest_config=digest)
    workflow_jobs = base.parametrize(*[Job.ParamSet(parameter=i) for i in range(50)])
    assert len(missing(workflow_jobs[0])) == 1


def test_folders_of_images_and_scripts_of_hooks_must_exist(missing):
    job = Job(name="a", command="true")
    assert missing(job, dockers=[Docker(name="d", path="./nope")]) == [
        "missing-file: The folder './nope' of Docker 'd' does not exist."
    ]
    assert missing(job, pre_hooks=["python3 ci/hook.py", print]) == [
        "missing-file: 'pre_hooks' names 'ci/hook.py', which does not exist."
    ]


def test_the_check_can_be_turned_off(missing):
    job = Job(name="a", command="python3 ./ci/rnu.py")
    assert missing(job, settings={"VALIDATE_FILE_PATHS": False}) == []


def test_strange_paths_are_only_missing(missing):
    digest = Job.CacheDigestConfig(include_paths=["a\0b", "[", "x" * 5000])
    assert len(missing(Job(name="a", command="true", digest_config=digest))) == 3


@pytest.mark.parametrize("path", ["/etc/passwd", "../secret", "a/../../b", "/"])
def test_artifacts_and_reports_stay_inside(missing, path):
    artifact = Artifact(name="f", path=["fine", path])
    problems = missing(Job(name="a", command="true", provides=["f"], test_reports=path), [artifact])
    assert [problem.split(":")[0] for problem in problems] == ["outside-path"] * 2


def test_a_path_below_the_root_may_be_absolute(missing, tmp_path):
    artifact = Artifact(name="f", path=f"{tmp_path}/out/*.deb")
    assert missing(Job(name="a", command="true", provides=["f"]), [artifact]) == []
