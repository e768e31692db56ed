"""What a sound declaration is compiled to."""

import time

import pytest

from praktika import Artifact, Job, Secret, Workflow
from praktika.model.plan import Compilation, job_key
from praktika.model.wire import decode, encode


def test_a_job_with_everything(compiled, tmp_path):
    build = Job(name="build", command="make", provides=["binary"])
    test = Job.Config(
        name="test",
        runs_on="large",
        command="make test",
        requires=["binary"],
        timeout=90,
        timeout_shell_cleanup="docker rm -f x",
        run_in_docker="image+--privileged",
        always_run=True,
        allow_failure=True,
        force_success=True,
        retries=2,
        rerun_command="make retest",
        result_name_for_cidb="Tests",
        parameter={"k": (1, {2})},
        pre_hooks=["one"],
        post_hooks=["two"],
        test_reports="build/*.xml",
        digest_config=Job.CacheDigestConfig(include_paths=["src"]),
    )
    workflow = Workflow(
        name="CI",
        event="push",
        branches=["main", "release/*"],
        jobs=[test, build],
        artifacts=[
            Artifact(
                name="binary",
                path=["out/a", f"{tmp_path}/out/b"],
                compress_zst=True,
                optional=True,
                expire_days=14,
            ).add_tags({"team": "core"})
        ],
        secrets=[Secret(name=["s", "t"], type=Secret.Type.GH_SECRET)],
        job_aliases={"t": "test"},
    )
    compilation = compiled(workflow)
    assert compilation.problems == ()
    (plan,) = compilation.plans
    assert (plan.workflow, plan.event, plan.branches) == ("CI", "push", ("main", "release/*"))
    assert plan.where == f"{__file__}:{workflow._where[1]}"
    assert plan.secrets == (("s", "gh secret"), ("t", "gh secret"))
    assert plan.aliases == {"t": "test"}
    assert plan.settings["TEMP_DIR"] == "./ci/tmp"
    (artifact,) = plan.artifacts
    assert (artifact.name, artifact.kind, artifact.compress) == ("binary", "s3", True)
    assert artifact.paths == ("out/a", "out/b")
    assert (artifact.optional, artifact.expire_days, artifact.tags) == (True, 14, {"team": "core"})
    assert artifact.provider == job_key("build")

    first, second = plan.jobs
    assert (first.name, first.provides, first.timeout) == ("build", ("binary",), 18000.0)
    assert second.key == job_key("test")
    assert second.where == f"{__file__}:{test._where[1]}"
    assert second.runs_on == ("large",)
    assert second.requires == ("binary",)
    assert (second.timeout, second.cleanup) == (90.0, "docker rm -f x")
    assert (second.always_run, second.allow_failure, second.force_success) == (True, True, True)
    assert (second.retries, second.rerun_command) == (2, "make retest")
    assert (second.pre_hooks, second.post_hooks) == (("one",), ("two",))
    assert second.test_reports == ("build/*.xml",)
    assert (second.run_in_docker, second.report_subtree) == ("image+--privileged", "Tests")
    assert second.parameter == {"k": [1, [2]]}
    assert (second.decision, second.reason) == ("run", "event push: nothing excludes it")
    assert second.config["digest_config"] == {"include_paths": ["src"]}
    assert second.config["name"] == "test"
    assert "provides" not in second.config
    assert decode(encode(compilation), Compilation) == compilation


@pytest.mark.parametrize("value", [object(), print, float("nan"), 10**30, {1: {2}}, b"x", [[[]]]])
def test_any_parameter_can_be_written_down(compiled, value):
    job = Job(name="a", command="true", parameter=value)
    compilation = compiled(Workflow(name="CI", event="push", jobs=[job]))
    assert len(compilation.plans) == 1
    encode(compilation)


def test_a_parameter_that_holds_itself_is_cut_off(compiled):
    value = []
    value.append(value)
    compilation = compiled(
        Workflow(name="CI", event="push", jobs=[Job(name="a", command="true")._with()]),
        Workflow(name="other", event="push", jobs=[]),
    )
    assert len(compilation.plans) == 2
    from praktika.pipeline.plain import plain

    assert "…" in str(plain(value))


def test_a_falsy_parameter_is_kept(compiled):
    job = Job(name="a", command="true", parameter=0)
    (plan,) = compiled(Workflow(name="CI", event="push", jobs=[job])).plans
    assert plan.jobs[0].parameter == 0
    assert plan.jobs[0].config["parameter"] == 0


def test_hooks_become_jobs_before_and_behind_all_others(compiled):
    jobs = [Job(name="a", command="true"), Job(name="b", command="true", requires=["a"])]
    (plan,) = compiled(
        Workflow(
            name="CI",
            event="push",
            jobs=jobs,
            pre_hooks=["true"],
            post_hooks=[print],
            native_job_runs_on=["small"],
            runs_on_label_prefix="pr-",
        )
    ).plans
    config, _, b, finish = plan.jobs
    assert (config.name, finish.name) == ("Config Workflow", "Finish Workflow")
    assert config.command == "python3 -m praktika.native_jobs 'Config Workflow'"
    assert (config.timeout, config.always_run, config.needs) == (600.0, False, ())
    assert finish.always_run
    assert [(need.kind, need.job) for need in b.needs] == [
        ("order", config.key),
        ("job", job_key("a")),
    ]
    assert [need.kind for need in finish.needs] == ["order"] * 3
    assert finish.needs[-1].job == config.key
    assert config.runs_on == finish.runs_on == ("small",)
    assert (config.reason, finish.reason) == ("runs the pre hooks", "runs the post hooks")


def test_names_and_interpreter_of_native_jobs_are_settings(compiled):
    settings = {"CI_CONFIG_JOB_NAME": "Prepare it's", "PYTHON_INTERPRETER": "python3.12"}
    workflow = Workflow(
        name="CI", event="push", jobs=[Job(name="a", command="true")], pre_hooks=["true"]
    )
    (plan,) = compiled(workflow, settings=settings).plans
    assert plan.jobs[0].name == "Prepare it's"
    assert plan.jobs[0].command == "python3.12 -m praktika.native_jobs 'Prepare it'\"'\"'s'"


def test_without_hooks_nothing_is_added_and_the_name_is_free(compiled, found):
    job = Job(name="Config Workflow", command="true")
    (plan,) = compiled(Workflow(name="CI", event="push", jobs=[job])).plans
    assert [one.name for one in plan.jobs] == ["Config Workflow"]
    (problem,) = found(job, pre_hooks=["true"])
    assert problem.startswith("duplicate-name: Job 'Config Workflow' is declared twice")


def test_labels_get_the_prefix(compiled):
    job = Job(name="a", command="true", runs_on=["self-hosted", "small"])
    (plan,) = compiled(
        Workflow(name="CI", event="push", jobs=[job], runs_on_label_prefix="pr-")
    ).plans
    assert plan.jobs[0].runs_on == ("self-hosted", "pr-small")


def test_one_error_anywhere_means_no_plan_at_all(compiled):
    good = Workflow(name="good", event="push", jobs=[Job(name="a", command="true")])
    bad = Workflow(name="bad", event="push", jobs=[Job(name="a")])
    assert len(compiled(good).plans) == 1
    assert compiled(good, bad).plans == ()


def test_warnings_stop_nothing_and_stay_with_their_workflow(compiled):
    job = Job(name="a", command="true")
    noisy = Workflow(name="noisy", event="push", jobs=[job], base_branches=["x"])
    quiet = Workflow(name="quiet", event="push", jobs=[job])
    compilation = compiled(noisy, quiet)
    assert [len(plan.warnings) for plan in compilation.plans] == [1, 0]


def test_plans_keep_the_order_of_the_workflows(compiled):
    workflows = [Workflow(name=name, event="push", jobs=[]) for name in "cab"]
    assert [plan.workflow for plan in compiled(*workflows).plans] == ["c", "a", "b"]


def test_settings_that_are_no_plain_data_are_left_out(compiled):
    compilation = compiled(
        settings={"TEST_FAILURE_PATTERNS": [object()], "TEXT_CONTENT_EXTENSIONS": {".txt"}}
    )
    assert "TEST_FAILURE_PATTERNS" not in compilation.settings
    assert compilation.settings["TEXT_CONTENT_EXTENSIONS"] == [".txt"]


def test_problems_are_sorted_by_file_and_line(repository):
    text = """
        from praktika import Job, Workflow
        WORKFLOWS = [
            Workflow(name="{name}", event="push", jobs=[
                Job(name="z", command="true", timeout=0),
                Job(name="a", command="true", timeout=0),
            ]),
        ]
    """
    repository.write("ci/workflows/b.py", text.format(name="b")).write(
        "ci/workflows/a.py", text.format(name="a")
    )
    problems = repository.compile().problems
    assert [(problem.file, problem.line) for problem in problems] == [
        ("ci/workflows/a.py", 5),
        ("ci/workflows/a.py", 6),
        ("ci/workflows/b.py", 5),
        ("ci/workflows/b.py", 6),
    ]


@pytest.mark.parametrize("broken", [False, True])
def test_ten_thousand_jobs_take_seconds_not_minutes(compiled, broken):
    fields = {"comand": "x", "requires": ["nothing"], "runs_on": [5]} if broken else {}
    jobs = [
        Job(
            name=f"layer {i // 100}, job {i % 100}",
            command="true",
            run_after=[f"layer {i // 100 - 1}, job {k}" for k in range(20)] if i >= 100 else [],
            **fields,
        )
        for i in range(10_000)
    ]
    started = time.process_time()
    compilation = compiled(Workflow(name="CI", event="push", jobs=jobs))
    assert time.process_time() - started < 10
    assert bool(compilation.plans) is not broken


@pytest.mark.parametrize("options", ["", "+--volume=.:/src", "+root+--env=A:b"])
def test_fault_27_the_image_is_part_of_the_plan_whatever_its_options(compiled, options):
    def planned(image: str) -> bytes:
        job = Job(name="a", runs_on="x", command="true", run_in_docker=image + options)
        workflow = Workflow(name="W", event="push", jobs=[job])
        (plan,) = compiled(workflow).plans
        assert plan.jobs[0].run_in_docker == image + options
        return encode(plan.jobs[0])

    assert planned("host:5000/image:1") != planned("host:5000/image:2")


def test_what_a_plan_says_of_time_and_of_other_runs_by_default(compiled):
    (plan,) = compiled(Workflow(name="CI", event="push", jobs=[Job(name="a", command="b")])).plans
    assert (plan.timeout, plan.pickup_timeout, plan.overtime) == (48 * 3600.0, 3600.0, 600.0)
    assert plan.pauses == (1.0, 10.0)
    assert (plan.concurrency, plan.concurrency_policy) == ("", "cancel")
    assert (plan.jobs[0].retries, plan.jobs[0].rerun_command) == (0, "")


def test_a_plan_takes_its_policies_from_workflow_and_settings(compiled):
    workflow = Workflow(
        name="CI",
        event="push",
        jobs=[Job(name="a", command="b", timeout=60)],
        timeout=90,
        concurrency="deploy",
        concurrency_policy=Workflow.Concurrency.QUEUE,
    )
    settings = {"RUNNER_PICKUP_TIMEOUT_S": 7, "RUNNER_OVERTIME_S": 0, "RETRY_PAUSES_S": (0.5, 2)}
    compilation = compiled(workflow, settings=settings)
    (plan,) = compilation.plans
    assert (plan.timeout, plan.pickup_timeout, plan.overtime) == (90.0, 7.0, 0.0)
    assert plan.pauses == (0.5, 2.0)
    assert (plan.concurrency, plan.concurrency_policy) == ("deploy", "queue")
    assert decode(encode(compilation), Compilation) == compilation
