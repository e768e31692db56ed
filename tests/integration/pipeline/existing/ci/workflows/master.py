from ci.defs.jobs import JobConfigs
from ci.defs.names import BINARIES, REPORT
from ci.workflows.pull_request import BUILD_NAMES

from praktika import Workflow

tagged = []
for artifact in BINARIES:
    if artifact.name == "BIN_RELEASE":
        artifact = artifact.add_tags({"retention": "long"})  # noqa: PLW2901
    tagged.append(artifact)

workflow = Workflow.Config(
    name="MasterCI",
    event=Workflow.Event.PUSH,
    branches=["trunk", "release/*"],
    jobs=[
        *[job.unset_provides("arm") for job in JobConfigs.builds],
        JobConfigs.style.set_run_after(BUILD_NAMES),
        JobConfigs.docs,
    ],
    artifacts=[*tagged, REPORT],
    post_hooks=[],
)

WORKFLOWS = [
    workflow,
]
