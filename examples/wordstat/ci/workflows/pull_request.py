"""The pipeline of a pull request: build once, test what was built, look at the style."""

from praktika import Artifact, Job, Workflow

program = Artifact(name="program", type=Artifact.Type.S3, path="ci/tmp/wordstat.pyz")

build = Job(
    name="Build",
    runs_on=["linux"],
    command="""
        mkdir -p ci/tmp/program && cp -r wordstat ci/tmp/program
        python3 -m zipapp ci/tmp/program --main wordstat.__main__:main --output ci/tmp/wordstat.pyz
    """,
    provides=[program.name],
)

# One job for each text; the parameter reaches the script as its argument.
tests = Job(
    name="Tests",
    runs_on=["linux"],
    command="python3 ci/jobs/tests.py --text {PARAMETER}",
    requires=[program.name],
    timeout=300,
).parametrize(
    Job.ParamSet(parameter="plain"),
    Job.ParamSet(parameter="unicode"),
    Job.ParamSet(parameter="empty"),
)

style = Job(
    name="style",
    runs_on=["linux"],
    command="python3 ci/jobs/style.py wordstat tests",
    allow_failure=True,
)

WORKFLOWS = [
    Workflow(
        name="Pull request",
        event=Workflow.Event.PULL_REQUEST,
        base_branches=["main"],
        jobs=[build, *tests, style],
        artifacts=[program],
    )
]
