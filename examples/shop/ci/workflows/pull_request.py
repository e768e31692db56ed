"""Ten jobs of a small shop: a library, a service and a page that use it, and their tests.

Each job says which files its outcome depends on. A pull request runs the jobs that its changes
concern; the others are left out, or take the outcome of an earlier run.
"""

from praktika import Artifact, Job, Workflow

api = Artifact(name="api", path="build/api.txt")
web = Artifact(name="web", path="build/web.txt")


def job(name: str, *folders: str, command: str, **more) -> Job:
    """A job whose outcome depends on these folders."""
    return Job(
        name=name,
        command=command,
        digest_config=Job.CacheDigestConfig(include_paths=list(folders)),
        **more,
    )


JOBS = [
    job("Style", "lib", "api", "web", command="! grep -rn ' $' lib api web"),
    job("Library tests", "lib", command="grep -q price lib/price.txt"),
    job("Build API", "lib", "api", command="sh api/build.sh", provides=[api.name]),
    job("Build web", "lib", "web", command="sh web/build.sh", provides=[web.name]),
    job("API tests", "tests/api", command="sh tests/api/run.sh", requires=[api.name]),
    job("Web tests", "tests/web", command="sh tests/web/run.sh", requires=[web.name]),
    job("End to end", "tests/e2e", command="sh tests/e2e/run.sh", requires=[api.name, web.name]),
    job("Documents", "docs", command="test -s docs/index.md"),
    job("Package", "deploy", command="sh deploy/pack.sh", requires=[api.name, web.name]),
    Job(
        name="Announce",
        command="echo everything is built and tested",
        run_after=["End to end", "Documents", "Package"],
    ),
]

WORKFLOWS = [
    Workflow(
        name="Pull request",
        event=Workflow.Event.PULL_REQUEST,
        jobs=JOBS,
        artifacts=[api, web],
        enable_cache=True,
        enable_job_filtering_by_changes=True,
    )
]
