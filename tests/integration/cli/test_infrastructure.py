"""`praktika infrastructure`, with a cloud in memory."""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.declared_projects import EXAMPLES, _forgotten
from tests.paper_bundles import PaperBundles
from tests.unit.deploying.samples import APP

from praktika.adapters.memory.cloud import World, open_cloud
from praktika.cli.console import Console
from praktika.cli.main import run
from praktika.ports.cloud.machines import Machine
from praktika.wiring.cloud import compiling, site

ACCOUNT = "123456789012"


class Typist:
    """Somebody who types commands in a checkout."""

    def __init__(self, root: Path, world: World, monkeypatch: Any) -> None:
        self.root, self.world, self._patch = root, world, monkeypatch

    def type(self, *arguments: str, answer: str = "", code: int = 0) -> str:
        """What a command says, on both channels."""
        out, err = io.TextIOWrapper(io.BytesIO()), io.StringIO()
        self._patch.setattr(sys, "stdin", io.StringIO(f"{answer}\n"))
        with _forgotten():
            command = ["-C", str(self.root), "infrastructure", *arguments]
            got = run(Console(out, err, {}), command)
        out.seek(0)
        said = out.read() + err.getvalue()
        assert got == code, said
        return said


@pytest.fixture
def typist(tmp_path, monkeypatch):
    shutil.copytree(EXAMPLES / "minimal", tmp_path / "checkout")
    world = World(account=ACCOUNT, region="eu-north-1", secrets={"tiny-gh-app": APP})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PRAKTIKA_DEPLOY_PAUSE", "0.001")
    monkeypatch.setattr(compiling, "Bundles", PaperBundles)
    monkeypatch.setattr(site, "open_cloud", lambda _, project: open_cloud(world, project))
    return Typist(tmp_path / "checkout", world, monkeypatch)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ([], "exactly one of --deploy, --destroy-runtime"),
        (["--deploy", "--status"], "exactly one of"),
        (["--deploy", "RunnerPool:small"], "Write --only before"),
        (["--destroy-all", "--only", "VPC"], "--only does not go with --destroy-all"),
        (["--status", "--plan"], "--plan does not go with --status"),
        (["--destroy-all", "--yes"], "--yes needs --project"),
        (["--destroy-runtime", "--json"], "asks nobody"),
        (["--deploy", "--project", "Tinny"], "There is no project 'Tinny'. Did you mean 'Tiny'?"),
        (["--deploy", "--only", "RunnerPol"], "Deploy everything first"),
        (["--webhook"], "deploy first"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_does(typist, arguments, text):
    typist.world.deed = pytest.fail
    assert text in typist.type(*arguments, code=2)


def test_a_plan_shows_changes_and_costs_and_changes_nothing(typist):
    typist.world.deed = pytest.fail
    said = typist.type("--deploy", "--plan")
    assert "+ RunnerPool:small" in said
    assert "$ a month, idle" in said
    assert "An estimate: list prices of us-east-1" in said
    assert typist.world.stacks == {}


def test_a_deploy_tells_a_line_for_each_resource_and_then_that_nothing_changed(typist):
    said = typist.type("--deploy")
    assert "CREATE_COMPLETE     RunnerPool:small" in said
    assert "praktika infrastructure --webhook" in said
    assert typist.type("--deploy") == "Nothing has changed since the last deploy.\n"
    assert "Nothing would change" in typist.type("--deploy", "--plan")
    said = typist.type("--status")
    assert "What is declared is what is deployed." in said
    assert "tiny-runtime" in said


def test_a_declaration_with_errors_shows_all_of_them_and_nothing_is_done(typist):
    shutil.rmtree(typist.root)
    shutil.copytree(EXAMPLES / "broken", typist.root)
    typist.world.deed = pytest.fail
    said = typist.type("--deploy", code=2)
    assert said.count("ci/infrastructure/projects.py:") > 5


def test_no_project_is_deployed_into_the_bucket_of_another_one(typist):
    typist.world.deed = pytest.fail
    projects = typist.root / "ci/infrastructure/projects.py"
    more = "import copy\nPROJECTS.append(copy.copy(PROJECTS[0]))\nPROJECTS[1].name = 'Tools'\n"
    projects.write_text(projects.read_text() + more)
    said = typist.type("--deploy", "--project", "Tools", code=2)
    assert "S3_ARTIFACT_BUCKET is 'tiny-artifacts', which is no storage of project 'tools'" in said
    overrides = typist.root / "ci/settings/my_overrides.py"
    overrides.write_text('PROJECT_SLUG = "tools"\nS3_ARTIFACT_BUCKET = "tools-artifacts"\n')
    assert "RunnerPool:small" in typist.type("--deploy", "--project", "Tools", "--plan")


def test_settings_that_a_deploy_needs_are_asked_for(typist):
    settings = typist.root / "ci/settings/settings.py"
    settings.write_text('PROJECT_SLUG = "tiny"\n')
    said = typist.type("--deploy", code=2)
    assert "AWS_REGION, AWS_ACCOUNT_ID, S3_ARTIFACT_BUCKET" in said
    (typist.root / "ci/infrastructure/projects.py").unlink()
    assert "praktika init" in typist.type("--deploy", code=3)


def test_a_missing_library_is_named_with_its_extra(typist, monkeypatch):
    compiling._templates.cache_clear()
    for name in [it for it in sys.modules if it.startswith("praktika.infrastructure.template.")]:
        if not name.endswith(".names"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "troposphere", None)
    try:
        assert "pip install 'praktika[deploy]'" in typist.type("--deploy", code=3)
    finally:
        compiling._templates.cache_clear()


def test_destroying_asks_for_the_name_and_says_what_goes_and_what_is_at_work(typist):
    typist.type("--deploy")
    group = next(
        one.physical
        for one in typist.world.stacks["tiny-runtime"].resources.values()
        if one.kind == "AWS::AutoScaling::AutoScalingGroup"
    )
    typist.world.machines.append(Machine(id="i-1", group=group))
    typist.world.leased["tiny-tasks-small"] = 2
    said = typist.type("--destroy-runtime", answer="tine", code=2)
    assert "1 machine of it run, and 2 messages are being worked on" in said
    assert "AWS::SQS::Queue" in said
    assert "nothing was destroyed" in said
    assert "tiny-runtime" in typist.world.stacks
    said = typist.type("--destroy-runtime", answer="tiny")
    assert "tiny-runtime" not in typist.world.stacks
    assert "tiny-stateful" in typist.world.stacks
    assert "There is nothing of 'Tiny'" in typist.type("--destroy-runtime")


def test_all_is_destroyed_without_a_declaration_too(typist):
    typist.type("--deploy")
    (typist.root / "ci/infrastructure/projects.py").write_text("PROJECTS = 1 / 0\n")
    said = typist.type("--destroy-all", answer="tiny")
    assert "secret tiny-gh-app in Secrets Manager" in said
    assert (typist.world.stacks, typist.world.things) == ({}, {})


def test_what_destroys_checks_the_account_too(typist):
    typist.type("--deploy")
    typist.world.account = "999999999999"
    typist.world.deed = pytest.fail
    for action in ("--destroy-all", "--destroy-runtime", "--restart-instances", "--webhook"):
        assert "AWS_ACCOUNT_ID" in typist.type(action, answer="tiny", code=3)


def test_the_secret_of_the_webhook_is_shown_once_that_is_confirmed(typist):
    """Fault 19."""
    typist.type("--deploy")
    secret = typist.world.things["parameter", "/praktika/tiny/platform/webhook-secret"].text
    assert secret not in typist.type("--webhook")
    assert secret not in typist.type("--webhook", "--json")
    said = typist.type("--webhook", answer="y")
    assert secret in said
    assert "/webhooks/github" in said
    assert not [
        path
        for path in typist.root.rglob("*")
        if path.is_file() and secret in path.read_text(errors="replace")
    ]


def test_an_interrupted_deploy_says_that_aws_goes_on(typist):
    def deed(what):
        if what == "apply to tiny-runtime":
            raise KeyboardInterrupt

    typist.world.deed = deed
    said = typist.type("--deploy", code=130)
    assert "the next deploy picks it up" in said
    typist.world.deed = lambda _: None
    assert "Deployed." in typist.type("--deploy")


def test_a_failure_is_the_last_word(typist):
    typist.world.broken["GroupSmall"] = "You have requested more vCPU capacity than your limit"
    said = typist.type("--deploy", code=3)
    assert "stack tiny-runtime: RunnerPool:small: GroupSmall" in said.splitlines()[-2]
    assert "more vCPU capacity" in said.splitlines()[-2]


@pytest.mark.parametrize(
    ("words", "then"),
    [
        (["--deploy"], "the next deploy picks it up"),
        (["--destroy-runtime", "--yes", "--project", "Tiny"], "type the same again"),
        (["--destroy-all", "--yes", "--project", "Tiny"], "type the same again"),
    ],
)
def test_who_interrupts_is_told_that_aws_goes_on(typist, words, then):
    if "--deploy" not in words:
        typist.type("--deploy")

    def interrupt(_deed: str) -> None:
        raise KeyboardInterrupt

    typist.world.deed = interrupt
    assert f"AWS goes on with what was begun; {then}" in typist.type(*words, code=130)
