"""One workflow on its way from declaration to Plan: all checks, then the Plan."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple, cast

from praktika.model.plan import (
    Artifact,
    Footprint,
    Job,
    Need,
    Plan,
    Policy,
    image_artifact,
    job_key,
)
from praktika.model.problem import Problem
from praktika.pipeline import codes
from praktika.pipeline.check import features
from praktika.pipeline.check.graph import ORDER, REPORT, Graph, Wait, check_cycles, sort
from praktika.pipeline.check.images import check_dockers, check_images, order_of
from praktika.pipeline.check.names import check_names
from praktika.pipeline.check.paths import Paths, behind_links, inside, listed
from praktika.pipeline.check.published import check_published, folder_of
from praktika.pipeline.check.relations import check_aliases, check_labels, labels_of
from praktika.pipeline.check.sound import called, sound
from praktika.pipeline.declare.artifact import ArtifactConfig
from praktika.pipeline.declare.declared import place_of
from praktika.pipeline.declare.job import JobConfig
from praktika.pipeline.declare.workflow import WorkflowConfig
from praktika.pipeline.finding import Finding, Place
from praktika.pipeline.hooks import config_job, finish_job, native_names
from praktika.pipeline.image_jobs import (
    Builds,
    asked_image,
    declared_image,
    full_names,
    image_builds,
    images_of,
)
from praktika.pipeline.plain import plain, plain_fields
from praktika.pipeline.routes import shown_of

JOBS_LIMIT = 10_000


class Surroundings(NamedTuple):
    """What holds for all workflows of a repository.

    Attributes:
        root: of the repository.
        settings: all settings by name.
        pools: the labels that are served, or None when any is.
        paths: looks files up.
        show: a place as `file:line`, relative to the root.
    """

    root: str
    settings: Mapping[str, Any]
    pools: Collection[str] | None
    paths: Paths
    show: Callable[[Place], str]


class Draft:
    """A workflow, checked.

    Attributes:
        workflow: with every field of its type.
        findings: everything about it, errors and warnings.
    """

    def __init__(self, workflow: WorkflowConfig, around: Surroundings) -> None:
        self.findings: list[Finding] = []
        self._around = around
        self.workflow = self._sound(workflow)
        self._natives: list[JobConfig] = []
        self._builds = Builds()
        self._graph = Graph((), ())
        if len(self.workflow.jobs) > JOBS_LIMIT:
            count = f"{len(self.workflow.jobs):,}"
            text = f"{called(self.workflow)} has {count} jobs, more than {JOBS_LIMIT:,}."
            place = place_of(self.workflow, "jobs")
            self.findings.append(Finding(place, codes.TOO_MANY_JOBS, text, "Split it."))
            return
        self._check_parts()
        self._connect()

    def plan(
        self, warnings: tuple[Problem, ...], settings: dict[str, Any], files: tuple[str, ...] = ()
    ) -> Plan:
        """The Plan; only for a draft without errors.

        Args:
            warnings: about the workflow.
            settings: those that are plain data.
            files: that the declaration was read from.
        """
        workflow, graph = self.workflow, self._graph
        keys = [job_key(job.name) for job in graph.jobs]
        jobs = tuple(self._job(index, keys) for index in sort(graph.waits))
        artifacts = tuple(
            self._artifact(artifact, keys[graph.provider[artifact.name]])
            for artifact in graph.artifacts.values()
            if artifact.name in graph.provider
        )
        return Plan(
            workflow=workflow.name,
            event=workflow.event,
            jobs=jobs,
            where=self._around.show(place_of(workflow)),
            artifacts=artifacts,
            images=tuple(
                images_of(workflow.dockers, order_of(workflow.dockers), self._around.root)
            ),
            branches=tuple(workflow.branches),
            base_branches=tuple(workflow.base_branches),
            secrets=tuple(
                (name, secret.type) for secret in workflow.secrets for name in secret.names()
            ),
            paths=tuple(workflow.paths),
            shown=shown_of(workflow, workflow.jobs, self._around.settings),
            declared_in=files,
            caches=workflow.enable_cache,
            filters=workflow.enable_job_filtering_by_changes,
            settings=settings,
            aliases=dict(workflow.job_aliases),
            warnings=warnings,
            concurrency=workflow.concurrency,
            concurrency_policy=cast("Policy", workflow.concurrency_policy),
            timeout=float(workflow.timeout),
            pickup_timeout=float(self._around.settings["RUNNER_PICKUP_TIMEOUT_S"]),
            overtime=float(self._around.settings["RUNNER_OVERTIME_S"]),
            pauses=tuple(float(pause) for pause in self._around.settings["RETRY_PAUSES_S"]),
        )

    def _sound(self, workflow: WorkflowConfig) -> WorkflowConfig:
        found = self.findings
        workflow = sound(workflow, found).copy_shallow()
        workflow.__dict__["jobs"] = [self._sound_job(job) for job in workflow.jobs]
        for field in ("artifacts", "dockers", "secrets", "inputs"):
            parts = [sound(part, found) for part in getattr(workflow, field)]
            workflow.__dict__[field] = parts
        return workflow

    def _sound_job(self, job: JobConfig) -> JobConfig:
        job = sound(job, self.findings)
        if job.digest_config is not None:
            digest = sound(job.digest_config, self.findings)
            if digest is not job.digest_config:
                job = job.copy_shallow()
                job.__dict__["digest_config"] = digest
        return job

    def _check_parts(self) -> None:
        workflow, around, found = self.workflow, self._around, self.findings
        found.extend(features.check_workflow(workflow))
        for job in workflow.jobs:
            found.extend(features.check_job(job))
            found.extend(features.check_time(job, workflow))
            found.extend(around.paths.check_inside(job, "test_reports"))
        for artifact in workflow.artifacts:
            found.extend(features.check_artifact(artifact, workflow))
            found.extend(around.paths.check_inside(artifact, "path"))
        for secret in workflow.secrets:
            found.extend(features.check_secret(secret))
        self._builds = image_builds(workflow, around.settings)
        natives = (
            config_job(workflow, around.settings),
            *self._builds.jobs,
            finish_job(workflow, around.settings),
        )
        self._natives = [job for job in natives if job is not None]
        for things in ([*self._natives, *workflow.jobs], workflow.artifacts, workflow.dockers):
            found.extend(check_names(things, around.show))
        found.extend(check_names(workflow.secrets, around.show))
        found.extend(check_aliases(workflow))
        found.extend(check_published(workflow))
        found.extend(check_dockers(workflow.dockers, around.root))
        found.extend(check_images(workflow))
        if around.pools is not None:
            found.extend(check_labels(workflow.jobs, workflow.runs_on_label_prefix, around.pools))
            found.extend(check_labels(self._natives, "", around.pools))
        if around.settings["VALIDATE_FILE_PATHS"]:
            found.extend(around.paths.check_files(workflow))

    def _connect(self) -> None:
        """Make the graph: the author's jobs, and the native ones before and behind them."""
        jobs = self.workflow.jobs
        artifacts = [*self.workflow.artifacts, *self._builds.artifacts]
        graph = self._graph = Graph([*jobs, *self._natives], artifacts)
        self.findings.extend(graph.connect(native_names(self._around.settings)))
        self._connect_builds()
        count = len(jobs)
        for number, native in enumerate(self._natives, count):
            if native.always_run:
                graph.waits[number] = dict.fromkeys(range(number), ORDER)
            elif native not in self._builds.jobs:
                for index in range(number + 1 + len(self._builds.jobs)):
                    if index != number:
                        graph.waits[index] = {number: ORDER, **graph.waits[index]}
        self.findings.extend(check_cycles(graph.jobs, graph.waits, "requires"))

    def _connect_builds(self) -> None:
        """Let each job wait for the image that it runs in, and who merges for who builds."""
        graph, builds = self._graph, self._builds
        numbers = [graph.jobs.index(job) for job in builds.jobs]
        if builds.merges:
            graph.waits[numbers[-1]].update(dict.fromkeys(numbers[:-1], REPORT))
        names = full_names(self.workflow.dockers) if builds.jobs else {}
        for index, job in enumerate(self.workflow.jobs):
            artifact = image_artifact(declared_image(asked_image(job), names))
            if artifact in graph.provider:
                graph.wait(index, graph.provider[artifact], Wait("artifact", (artifact,)))

    def _job(self, index: int, keys: list[str]) -> Job:
        job = self._graph.jobs[index]
        is_native = index >= len(self.workflow.jobs)
        prefix = "" if is_native else self.workflow.runs_on_label_prefix
        needs = tuple(
            Need(job=keys[other], kind=wait.kind, artifacts=wait.artifacts)
            for other, wait in self._graph.waits[index].items()
        )
        return Job(
            key=keys[index],
            name=job.name,
            command=job.command,
            where=self._around.show(place_of(job)),
            runs_on=labels_of(job, prefix),
            needs=needs,
            requires=tuple(name for need in needs for name in need.artifacts),
            provides=tuple(dict.fromkeys(job.provides)),
            timeout=float(job.timeout),
            cleanup=job.timeout_shell_cleanup or "",
            always_run=job.always_run,
            allow_failure=job.allow_failure,
            force_success=job.force_success,
            retries=int(job.retries),
            rerun_command=job.rerun_command,
            pre_hooks=tuple(job.pre_hooks),
            post_hooks=tuple(job.post_hooks),
            test_reports=tuple(listed(job.test_reports)),
            run_in_docker=job.run_in_docker,
            decision="run",
            needs_submodules=_needs_submodules(job),
            reason=self._reason(job, is_native=is_native),
            footprint=self._footprint(job),
            parameter=plain(job.parameter),
            report_subtree=job.result_name_for_cidb,
            config=plain_fields(job),
        )

    def _reason(self, job: JobConfig, *, is_native: bool) -> str:
        if job in self._builds.jobs:
            return "builds images"
        if is_native:
            return "runs the post hooks" if job.always_run else "runs the pre hooks"
        return f"event {self.workflow.event}: nothing excludes it"

    def _footprint(self, job: JobConfig) -> Footprint | None:
        digest = job.digest_config
        if digest is None:
            return None
        include, exclude = (
            tuple(
                dict.fromkeys(
                    real for path in paths for real in behind_links(self._around.root, path)
                )
            )
            for paths in (digest.include_paths, digest.exclude_paths)
        )
        return Footprint(include=include, exclude=exclude, submodules=digest.with_git_submodules)

    def _artifact(self, artifact: ArtifactConfig, provider: str) -> Artifact:
        paths = [inside(self._around.root, path) or path for path in listed(artifact.path) if path]
        return Artifact(
            name=artifact.name,
            kind=artifact.type,
            paths=tuple(paths),
            provider=provider,
            compress=artifact.compress_zst,
            optional=artifact.optional,
            expire_days=float(artifact.expire_days),
            tags=dict(artifact.ext.get("tags") or {}),
            publish=folder_of(artifact.publish),
        )


def _needs_submodules(job: JobConfig) -> bool:
    digest = job.digest_config
    return job.needs_submodules or (digest is not None and digest.with_git_submodules)
