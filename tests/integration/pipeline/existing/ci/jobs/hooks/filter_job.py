# ruff: noqa: T201 - what a script prints is its point

from ci.defs.jobs import JobConfigs
from ci.praktika.info import Info

BUILDS = [job.name for job in JobConfigs.builds + JobConfigs.tests]


def should_skip_job(job_name):
    return job_name in BUILDS and Info().pr_number < 0, "by hand"


def can_be_trusted():
    print("looked")
    return ""
