"""Artifacts that are published as pages."""

import pytest

from praktika import Artifact, Job, Workflow

JOB = Job(name="build", command="make", provides=["a"])


def artifact(publish: str, name: str = "a", **fields: object) -> Artifact:
    return Artifact(name=name, path="out", publish=publish, **fields)


def test_the_plan_knows_the_folder_in_its_plainest_form(compiled):
    flow = Workflow(
        name="CI", event="push", jobs=[JOB], artifacts=[artifact("./reports//coverage/")]
    )
    (plan,) = compiled(flow).plans
    assert plan.artifacts[0].publish == "reports/coverage"


@pytest.mark.parametrize(
    "folder", ["/", ".", "/abs", "..", "a/../b", ".git/x", "a/.GIT", ".nojekyll"]
)
def test_it_is_a_folder_of_the_branch(found, folder):
    (problem,) = found(JOB, artifacts=[artifact(folder)])
    assert problem.startswith(f"outside-path: 'publish' of Artifact 'a' is no folder: '{folder}'.")


@pytest.mark.parametrize(("one", "other"), [("x", "x/"), ("x", "x/y"), ("x/y", "./x")])
def test_each_has_a_folder_of_its_own(found, one, other):
    jobs = JOB.set_provides(["a", "b"], reset=True)
    (problem,) = found(jobs, artifacts=[artifact(one), artifact(other, "b")])
    assert problem.startswith("provided-twice: Artifact 'b' is published where Artifact 'a' is")
    assert found(jobs, artifacts=[artifact("x"), artifact("xy", "b")]) == []


@pytest.mark.parametrize("event", ["pull_request", "merge_queue", "dispatch"])
def test_only_after_a_push(found, event):
    (problem,) = found(JOB, event=event, artifacts=[artifact("x")])
    assert problem.startswith(
        f"warning: no-effect: 'publish' of Artifact 'a' has no effect on event '{event}'"
    )


def test_only_by_a_server_of_praktika(found):
    (problem,) = found(JOB, engine=Workflow.Engine.GH_ACTIONS, artifacts=[artifact("x")])
    assert problem.startswith("warning: no-effect: 'publish' of Artifact 'a' has no effect: GitHub")


def test_a_mere_name_has_no_files(found):
    (problem,) = found(JOB, artifacts=[Artifact(name="a", type="phony", publish="x")])
    assert problem.startswith("warning: no-effect: 'publish' of Artifact 'a', which is a mere name")
