"""`praktika init`: a pipeline that runs at once."""

import pytest


@pytest.mark.parametrize("kind", ["repo", "folder"])
def test_a_newcomer_in_three_commands(kind, request):
    place = request.getfixturevalue(kind)
    said = place.praktika("init", "--yes")
    assert said.code == 0
    assert said.out.index("wrote ci/workflows/pull_request.py") < said.out.index("Next:")
    assert ("no git repository" in said.err) is (kind == "folder")
    checked = place.praktika("check")
    assert (checked.code, checked.out) == (0, "OK: 1 workflow, 4 jobs\n")
    ran = place.praktika("run")
    assert ran.code == 0
    assert "OK      Pull request  4 OK" in ran.out


def test_the_tests_of_a_project_become_part_of_the_result(repo):
    repo.file("tests/test_a.py", "def test_one(): pass\n\ndef test_two(): assert 1 == 2\n")
    said = repo.praktika("init", "--yes")
    assert "its tests are run with `python3 -m pytest" in said.out
    ran = repo.praktika("run")
    assert ran.code == 1
    assert "FAIL    Tests  1 of 2 failed: tests/test_a.py::test_two" in ran.out
    assert "| E   assert 1 == 2" in ran.out


def test_answers_are_taken_from_a_pipe(repo):
    said = repo.praktika("init", answers="Nightly 🎉\ntrue --all\n")
    assert said.code == 0
    assert "Name of the workflow [Pull request]: " in said.err
    plan = repo.praktika("plan", "--json").json["workflows"][0]
    assert plan["name"] == "Nightly 🎉"
    assert [job["name"] for job in plan["jobs"]] == ["Hello", "Reader", "Tests"]
    assert repo.praktika("run").code == 0


def test_no_answer_takes_what_is_found(repo):
    assert repo.praktika("init").code == 0
    assert repo.praktika("plan", "--json").json["workflows"][0]["name"] == "Pull request"


def test_nothing_is_overwritten(repo):
    repo.file("ci/workflows/mine.py", "x = 1\n").file(
        "ci/settings/settings.py", "MAIN_BRANCH = 'x'\n"
    )
    repo.file(".gitignore", "*.pyc")
    said = repo.praktika("init", "--json")
    assert said.json == {
        "created": [".gitignore"],
        "kept": ["ci/workflows/mine.py", "ci/settings/settings.py"],
        "next": ["praktika check", "praktika plan", "praktika run"],
    }
    assert (repo.root / "ci/workflows/mine.py").read_text() == "x = 1\n"
    assert (repo.root / ".gitignore").read_text() == "*.pyc\nci/tmp/\n"
    again = repo.praktika("init", "--json")
    assert again.json["created"] == []
    assert sorted(path.name for path in (repo.root / "ci/workflows").iterdir()) == ["mine.py"]


def test_from_a_folder_below_the_top_it_goes_to_the_top(repo):
    repo.file("src/x/a.py", "")
    assert repo.praktika("init", "--yes", cwd="src/x").code == 0
    assert (repo.root / "ci/workflows/pull_request.py").exists()


def test_a_file_where_a_folder_has_to_be(repo):
    repo.file("ci", "not a folder")
    said = repo.praktika("init", "--yes")
    assert said.code == 3
    assert said.err.startswith("praktika: cannot write ")


def test_a_cloud_of_ones_own_is_declared_from_what_the_checkout_tells(repo):
    repo.git("remote", "add", "origin", "git@github.com:Acme/Web_Shop.git")
    said = repo.praktika("init", "--yes", "--aws", "eu-central-1", "--account", "123456789012")
    assert said.code == 0, said.err
    assert "  praktika infrastructure --deploy --plan  see what it would be" in said.out
    projects = (repo.root / "ci/infrastructure/projects.py").read_text()
    assert 'repositories=["Acme/Web_Shop"]' in projects
    assert "public=False" in projects
    settings = (repo.root / "ci/settings/aws.py").read_text()
    assert 'S3_ARTIFACT_BUCKET = "web-shop-runs-123456789012"' in settings
    checked = repo.praktika("check")
    assert (checked.code, checked.out) == (0, "OK: 1 workflow, 4 jobs\n"), checked.err
    again = repo.praktika(
        *("init", "--json", "--aws", "eu-central-1", "--account", "123456789012", "--public")
    )
    assert again.json["created"] == []


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (["--account", "123456789012"], "go with --aws"),
        (["--aws", "Frankfurt", "--account", "123456789012"], "no region of AWS"),
        (["--aws", "eu-central-1"], "12 digits"),
        (["--aws", "eu-central-1", "--account", "12345"], "12 digits"),
        (["--aws", "eu-central-1", "--account", "123456789012"], "OWNER/NAME"),
    ],
)
def test_what_cannot_be_a_cloud_writes_nothing(repo, words, wrong):
    said = repo.praktika("init", "--yes", *words)
    assert said.code == 2
    assert wrong in said.err
    assert not (repo.root / "ci").exists()
