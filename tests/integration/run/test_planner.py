"""Plans of what a forge asks for: merges, and declarations of another commit than the run's."""

from __future__ import annotations

import tarfile
from dataclasses import replace as copied
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.integration.git.conftest import Origin, run_git

from praktika.adapters.local.git.mirrors.checkouts import MirroredCheckouts
from praktika.engine.run import Run, Stage
from praktika.engine.step import step
from praktika.errors import AuthorError, OperatorError
from praktika.model.events import Planned, RunRequested
from praktika.model.facts import Facts, Merge
from praktika.model.forge import Subject
from praktika.model.plan import Plan
from praktika.model.result import Status
from praktika.wiring.plans.planner import Planner
from praktika.wiring.stores import open_stores

WORKFLOW = """
from dataclasses import replace as copied
from pathlib import Path
from praktika import Job, Workflow

command = Path("ci/command.txt").read_text()
digest = Job.CacheDigestConfig(include_paths=["src"])
others = Job.CacheDigestConfig(include_paths=["docs"])
jobs = [
    Job(name="build", runs_on=["linux"], command=command, digest_config=digest, pre_hooks=["{hook}"]),
    Job(name="docs", runs_on=["linux"], command="true", digest_config=others),
]


def skip(name):
    from praktika.info import Info

    return name == "docs" and "{hook}" in Info().get_changed_files(), "the hook of {hook}"


WORKFLOWS = [
    Workflow(
        name="{name}",
        event="pull_request",
        jobs=jobs,
        enable_cache=True,
        workflow_filter_hooks=[skip],
    )
]
"""


def declared(hook: str = "true", name: str = "W", command: str = "make base") -> dict[str, str]:
    return {
        "ci/workflows/w.py": WORKFLOW.format(hook=hook, name=name),
        "ci/command.txt": command,
    }


class Scene:
    """A base branch and a change, a forge that asks for runs, and whoever plans them."""

    def __init__(self, folder: Path) -> None:
        self.origin = Origin(folder / "remotes/repo")
        (folder / "site").mkdir()
        self.planner = Planner(open_stores(folder / "site"), MirroredCheckouts(folder / "mirrors"))
        self.common = self.origin.commit({**declared(), "src/a": "a\n", "docs/d": "d\n"})
        self.base = self.origin.commit({"docs/d": "new\n"})

    def change(self, files: dict[str, str], message: str = "change") -> str:
        run_git(self.origin.path, "checkout", "-q", "--detach", self.common)
        return self.origin.commit(files, message)

    def asked(self, head: str, *, is_outside: bool, merges: bool = True, **fields) -> RunRequested:
        """As the intake asks for a pull request."""
        facts = Facts(
            repository="o/repo",
            sha=head,
            branch="main",
            base_branch="main",
            base_sha=self.base if merges else self.common,
            pr_number=7,
            local=False,
            trust="untrusted" if is_outside else "trusted",
        )
        return RunRequested(
            at=1.0,
            facts=facts,
            name="repo",
            remote=self.origin.url,
            merge=Merge(base=self.base, head=head, common=self.common) if merges else None,
            declared=self.base if is_outside else "",
            **{
                "workflow": "W",
                "subject": Subject(repository="o/repo", sha=head, number=7),
                **fields,
            },
        )

    def planned(self, request: RunRequested) -> tuple[RunRequested, Plan]:
        request = self.planner.settle(request)
        return request, self.planner.make_plan(request)


@pytest.fixture
def scene(tmp_path, monkeypatch) -> Scene:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Scene(tmp_path)


def test_a_change_is_planned_merged_with_its_base(scene):
    head = scene.change({"src/a": "head\n"}, "Subject\n\nBody ünï\n")
    request, plan = scene.planned(scene.asked(head, is_outside=False))
    assert request.facts.changed == ("src/a",)
    assert request.facts.message == "Subject\n\nBody ünï"
    assert request.facts.author == "Ann <ann@example.invalid>"
    assert plan.code.sha == request.facts.sha
    assert request.facts.sha not in {head, scene.base}
    assert plan.jobs[0].command == "make base"


def test_a_head_that_is_not_merged_is_planned_as_it_is(scene):
    head = scene.change({"src/a": "head\n"})
    request, plan = scene.planned(scene.asked(head, is_outside=False, merges=False))
    assert request.facts.changed == ("src/a",)
    assert plan.code.sha == request.facts.sha == head


def test_security_1_a_stranger_declares_nothing(scene):
    """Security 1, fault 4: workflows, what they read, settings and hooks are those of the base."""
    files = {
        **declared("curl evil", command="make evil"),
        "ci/settings/settings.py": "PROJECT_SLUG = 'evil'\nSECRET_GH_APP = 'theirs'\n",
        "src/a": "evil\n",
    }
    head = scene.change(files)
    strangers, plan = scene.planned(scene.asked(head, is_outside=True))
    assert [job.command for job in plan.jobs] == ["make base", "true"]
    assert plan.jobs[0].pre_hooks == ("true",)
    assert plan.settings.get("PROJECT_SLUG") != "evil"
    assert plan.scope == "untrusted pull request 7"
    ours, other = scene.planned(scene.asked(head, is_outside=False))
    assert [job.command for job in other.jobs] == ["make evil", "true"]
    assert other.settings.get("PROJECT_SLUG") == "evil"
    assert ours.facts.sha == strangers.facts.sha
    # What the keys stand for is the code that runs, all the same.
    assert plan.code == other.code
    assert plan.jobs[0].parts["files"] == other.jobs[0].parts["files"]
    base = scene.asked(scene.base, is_outside=False, merges=False)
    _, before = scene.planned(base)
    assert plan.jobs[0].parts["files"] != before.jobs[0].parts["files"]


def test_the_filter_hooks_of_the_base_see_the_files_of_the_change(scene):
    scene.common = scene.origin.commit(declared("src/x"))
    scene.base = scene.origin.commit({"other": "o"})
    head = scene.change({"src/x": "x", **declared("nothing")})
    _, plan = scene.planned(scene.asked(head, is_outside=True))
    assert {job.name: job.decision for job in plan.jobs} == {"build": "run", "docs": "skip"}
    assert plan.jobs[1].reason == "the hook of src/x"


def test_a_declaration_that_does_not_compile_harms_strangers_no_more_than_others(scene):
    head = scene.change({"ci/workflows/w.py": "raise SystemExit\n"})
    with pytest.raises(AuthorError):
        scene.planned(scene.asked(head, is_outside=False))
    _, plan = scene.planned(scene.asked(head, is_outside=True))
    assert len(plan.jobs) == 2


def test_a_change_that_removes_a_workflow_passes(scene):
    head = scene.change(declared(name="Renamed"))
    request, plan = scene.planned(scene.asked(head, is_outside=False))
    assert plan.jobs == ()
    (warning,) = plan.warnings
    assert f"There is no workflow 'W' in {request.facts.sha[:12]}" in str(warning)
    run = step(Run(), request).run
    done = step(run, Planned(at=2.0, plan=plan)).run
    assert (done.stage, done.worst) == (Stage.CONCLUDED, Status.OK)


def test_somebody_who_asks_for_a_workflow_that_is_not_there_is_told(scene):
    head = scene.change({"src/a": "x"})
    with pytest.raises(AuthorError, match="no workflow 'Nope'; there are 'W'"):
        scene.planned(scene.asked(head, is_outside=False, workflow="Nope", subject=None))


def test_a_conflict_is_told_before_anything_is_compiled(scene):
    head = scene.change({"docs/d": "other\n"})
    with pytest.raises(AuthorError, match=r"conflicts with its base \w+ in 'docs/d'"):
        scene.planner.settle(scene.asked(head, is_outside=True))


def test_a_declaration_of_another_commit_needs_a_remote(scene, tmp_path):
    request = scene.asked(scene.base, is_outside=True)
    with tarfile.open(tmp_path / "x.tar", "w") as tar:
        tar.add(scene.origin.path, ".")
    scene.planner._stores.blobs.put("sources/x.tar", tmp_path / "x.tar")
    request = replace(request, remote="", source="sources/x.tar", declared=scene.common)
    with pytest.raises(OperatorError, match="has no remote"):
        scene.planner.make_plan(request)


def test_security_1_no_stranger_declares_what_runs_for_want_of_a_base(scene):
    head = scene.change({"src/a": "theirs\n"})
    request = replace(scene.asked(head, is_outside=True), declared="")
    with pytest.raises(OperatorError, match="what strangers write does not declare what runs"):
        scene.planner.make_plan(scene.planner.settle(request))


def test_fault_4_the_declared_commit_chooses_the_virtual_environment(tmp_path, monkeypatch):
    """Of a change from outside that is the base: what strangers write chooses nothing."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    scene = Scene(tmp_path)
    stores = copied(open_stores(tmp_path / "site"), is_remote=True)
    scene.planner = Planner(stores, MirroredCheckouts(tmp_path / "mirrors"))
    run_git(scene.origin.path, "checkout", "-q", scene.base)
    scene.base = scene.origin.commit({"ci/settings/settings.py": "PRAKTIKA_BASE_VENV = 'ours'\n"})
    head = scene.change({"ci/settings/settings.py": "PRAKTIKA_BASE_VENV = 'theirs'\n"})
    theirs = {"is_outside": False, "merges": False}
    assert scene.planned(scene.asked(head, **theirs))[1].base.venv == "theirs"
    strangers = scene.asked(head, is_outside=True, merges=False)
    assert scene.planned(strangers)[1].base.venv == "ours"
    head = scene.change({"ci/settings/settings.py": "PRAKTIKA_BASE_VENV = '/opt/evil'\n"})
    with pytest.raises(AuthorError, match="is no name of a virtual environment"):
        scene.planned(scene.asked(head, **theirs))
