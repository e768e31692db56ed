from ci.defs.names import Artifacts, Builds, Jobs, Labels
from ci.praktika import Job
from ci.praktika.utils import Utils

MEMORY = Utils.physical_memory() * 9 // 10

digest = Job.CacheDigestConfig(
    include_paths=["./src", "./ci/jobs/build.py", "./ci/defs/*.py"], with_git_submodules=True
)
build = Job.Config(
    name=Jobs.BUILD,
    runs_on=[],  # from parametrize()
    requires=[],
    command='python3 ./ci/jobs/build.py --build-type "{PARAMETER}"',
    run_in_docker=f"example/base+--network=host+--memory={MEMORY}+root",
    timeout=3600 * 2,
    digest_config=digest,
)
tests = Job.Config(
    name=Jobs.TESTS,
    runs_on=[],
    command="python3 ./ci/jobs/test.py --options '{PARAMETER}' | awk '{print $1}'",
    result_name_for_cidb="Tests",
)


class JobConfigs:
    style = Job.Config(
        name=Jobs.STYLE,
        runs_on=Labels.ARM,
        command="python3 ./ci/jobs/style.py",
        enable_commit_status=True,
        allow_merge_on_failure=True,
    )
    builds = build.set_post_hooks(post_hooks=["python3 ./ci/jobs/hooks/upload.py"]).parametrize(
        Job.ParamSet(parameter=Builds.DEBUG, provides=[Artifacts.DEBUG], runs_on=Labels.AMD),
        Job.ParamSet(
            parameter=Builds.RELEASE, provides=[Artifacts.RELEASE], runs_on=Labels.AMD, timeout=60
        ),
        Job.ParamSet(parameter=Builds.ARM, provides=[Artifacts.ARM], runs_on=Labels.ARM),
    )
    tests = tests.parametrize(
        *[
            Job.ParamSet(
                parameter=f"amd_debug, parallel {batch}/{batches}",
                runs_on=Labels.AMD,
                requires=[Artifacts.DEBUG],
            )
            for batches in (3,)
            for batch in range(1, batches + 1)
        ],
        Job.ParamSet(parameter="arm", runs_on=Labels.ARM, requires=[Artifacts.ARM]),
    )
    docs = (
        build.set_name(Jobs.DOCS)
        .set_runs_on(Labels.AMD)
        .set_command("python3 ./ci/jobs/docs.py")
        .set_run_in_docker("public/image:1.2+--volume=.:/docs")
        .set_requires([Jobs.STYLE, Artifacts.RELEASE])
        .set_provides(Artifacts.REPORT)
    )
    nothing = build.parametrize()
