from ci.defs.jobs import JobConfigs
from ci.defs.names import BINARIES, DOCKERS, REPORT, SECRETS, Jobs
from ci.jobs.hooks.filter_job import can_be_trusted, should_skip_job

from praktika import Workflow

BUILD_NAMES = [job.name for job in JobConfigs.builds]
BLOCKING = [job.name for job in JobConfigs.tests if "parallel" in job.name]

workflow = Workflow.Config(
    name="PR",
    event=Workflow.Event.PULL_REQUEST,
    base_branches=["trunk"],
    jobs=[],
    artifacts=[*BINARIES, REPORT],
    dockers=DOCKERS,
    secrets=SECRETS,
    enable_cache=True,
    enable_report=True,
    enable_merge_ready_status=True,
    enable_gh_summary_comment=True,
    enable_commit_status_on_failure=True,
    pre_hooks=[can_be_trusted, "python3 ./ci/jobs/hooks/store.py"],
    workflow_filter_hooks=[should_skip_job],
    post_hooks=["python3 ./ci/jobs/hooks/store.py"],
    job_aliases={"fast": Jobs.STYLE, "build": BUILD_NAMES[0]},
)
workflow.jobs = [
    JobConfigs.style,
    *[job.set_dependency([Jobs.STYLE, "Dockers Build (amd)"]) for job in JobConfigs.builds],
    *[
        job.set_run_after(BLOCKING if job.name not in BLOCKING else []).set_allow_failure()
        for job in JobConfigs.tests
    ],
    *[
        job if repeat == 1 else job.set_name(f"{job.name} (repeat {repeat})")
        for job in JobConfigs.tests[:1]
        for repeat in range(2, 4)
    ],
    JobConfigs.docs.set_timeout(600),
    *JobConfigs.nothing,
]

WORKFLOWS = [workflow]
