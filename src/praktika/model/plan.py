"""The Plan: what a run of one workflow will do, as plain data.

Compiling a declaration yields Plans; the engine, the runners and the report know nothing else of
it. A Plan is self-contained: with the commit's files beside it, a run needs no author's code but
the commands themselves.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any, Literal

import msgspec

from praktika.model.problem import Problem
from praktika.model.routes import Route

VERSION = 1

Decision = Literal["run", "skip", "reuse"]
NeedKind = Literal["artifact", "job", "order"]
Policy = Literal["cancel", "queue"]


def job_key(name: str) -> str:
    """The stable identity of a job inside its workflow, safe in paths, URLs and queues.

    A readable slug and the first 10 hex digits of the name's SHA-256: names that differ in any
    way ("A B", "A_B", "Build (a)", "Build [a]") have different keys, whatever their length.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40].rstrip("-")
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"{slug}-{digest}" if slug else digest


def image_artifact(name: str) -> str:
    """Name of the artifact that stands for an image of the repository."""
    return f"image {name}"


class Need(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One job waits for another.

    Attributes:
        job: key of the awaited job.
        kind: "artifact" (its files are brought in), "job" (its report is), "order" (nothing is).
        artifacts: names of the artifacts, for the kind "artifact".
    """

    job: str
    kind: NeedKind
    artifacts: tuple[str, ...] = ()


class Artifact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Files that one job leaves for others.

    Attributes:
        name: as declared.
        kind: "s3", "github", "phony" (a name only, no files), or "image" (an image in a registry).
        paths: files, folders or globs, relative to the workspace.
        provider: key of the job that provides it.
        compress: whether the author asked for its files to be stored compressed.
        optional: whether its job may leave nothing.
        expire_days: days after which it may be deleted, and is not used any more; 0 means never.
        tags: what it is stored with, for people and for rules of the store.
        publish: folder of the branch `gh-pages` that is to have its files; "" means none.
    """

    name: str
    kind: str
    paths: tuple[str, ...]
    provider: str
    compress: bool = False
    optional: bool = False
    expire_days: float = 0.0
    tags: dict[str, str] = {}
    publish: str = ""


class Stored(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a job has left under an artifact's name, as the control plane has heard of it.

    Whoever brings the artifact in compares what it got with this, not with what lies beside it.

    Attributes:
        name: of the artifact.
        sha256: of the stored file, hexadecimal; of an image, the digest of its manifest. "" if
            there is no file: a name only, or an optional artifact that the job did not leave.
        size: bytes of the stored file.
        expires: when it is not used any more, in seconds since the epoch; 0 means never.
    """

    name: str
    sha256: str = ""
    size: int = 0
    expires: float = 0.0


class Footprint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The files that a job's outcome depends on; `engine.files.footprint` says how patterns match.

    Attributes:
        include: paths or globs, relative to the repository's root.
        exclude: the same, of what is left out.
        submodules: whether the commits of all submodules belong to it.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    submodules: bool = False


class Image(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An image that the repository builds for its jobs.

    Attributes:
        name: repository in a registry, as declared.
        path: folder of its Dockerfile.
        platforms: `os/architecture`, as declared.
        depends_on: names of the images that it starts from, or is to be built after.
        tag: names its content and that of the images it depends on; "" while that is unknown.
        known: tags that hold this content and may be used by this run, the preferred one first:
            under that one, this run stores it.
        pinned: `sha256:…` of its manifest, if the registry had it when the run was planned.
    """

    name: str
    path: str
    platforms: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    tag: str = ""
    known: tuple[str, ...] = ()
    pinned: str = ""


class Origin(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where the outcome of a reused job comes from.

    Attributes:
        run: id of the run that it ran in.
        attempt: 1-based.
        at: when it ended, in seconds since the epoch.
        sha: the commit of that run, or "".
        branch: of that run, or "".
        stored: the artifacts that it left.
    """

    run: str
    attempt: int
    at: float
    sha: str = ""
    branch: str = ""
    stored: tuple[Stored, ...] = ()


class Code(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The files of a run, by reference.

    Attributes:
        sha: the commit, or "" where there is none.
        changed: of files that differ from it, the object id by path, "" for one that is gone;
            None if they are too many to be told.
    """

    sha: str = ""
    changed: dict[str, str] | None = {}


class Job(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One job of a Plan.

    Attributes:
        key: see `job_key`.
        where: `file:line` of its declaration.
        runs_on: labels, as declared.
        command: a line for bash.
        needs: jobs that it waits for, each once, in the order of the declaration.
        requires: names of artifacts to bring in.
        provides: names of artifacts to store.
        timeout: seconds.
        cleanup: a line for bash that runs beside SIGTERM at a timeout, or "".
        always_run: it runs whatever became of its needs, and after a cancel too.
        allow_failure: its failure neither stops its dependents nor fails the run.
        force_success: a failure is shown as OK.
        retries: how often a failure of the author's is tried again.
        rerun_command: a line for bash that runs only the tests of which the names are in the file
            `$PRAKTIKA_FAILED_TESTS`; "" if the job cannot.
        test_reports: globs of report files that the command leaves.
        decision: "run", "skip", or "reuse": the outcome of an earlier run is taken.
        reason: why, in words for people.
        miss: why it does not take the outcome of an earlier run, likewise; "" if it does, or if
            that is not asked for.
        footprint: the files that its outcome depends on; None if it does not say.
        needs_submodules: whether its workspace has the submodules checked out.
        digest: names everything that its outcome depends on; "" if that is not known.
        parts: digests of what `digest` is made from, by name.
        origin: of a reused job, where its outcome comes from.
        parameter: what parametrize gave it.
        report_subtree: name of the part whose children are the test cases.
        config: the declaration as plain data, for the job's own environment.
    """

    key: str
    name: str
    command: str
    where: str = ""
    runs_on: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    requires: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()
    timeout: float = 5 * 3600
    cleanup: str = ""
    always_run: bool = False
    allow_failure: bool = False
    force_success: bool = False
    retries: int = 0
    rerun_command: str = ""
    pre_hooks: tuple[str, ...] = ()
    post_hooks: tuple[str, ...] = ()
    test_reports: tuple[str, ...] = ()
    run_in_docker: str = ""
    decision: Decision = "run"
    reason: str = ""
    miss: str = ""
    footprint: Footprint | None = None
    needs_submodules: bool = False
    digest: str = ""
    parts: dict[str, str] = {}
    origin: Origin | None = None
    parameter: Any = None
    report_subtree: str = ""
    config: dict[str, Any] = {}


class Shown(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What of a run is shown on the forge, beside the check of the workflow.

    Attributes:
        job_checks: which jobs have a check of their own: "all", "failures" or "none".
        job_statuses: keys of the jobs that have a commit status of their own.
        failed_statuses: whether every job that fails has one.
        ready: context of the status that says that a change may be merged, or "".
        summary: whether the pull request gets a comment that sums the run up.
        automerge: whether a pull request is merged when the run has ended well.
    """

    job_checks: str = "failures"
    job_statuses: tuple[str, ...] = ()
    failed_statuses: bool = False
    ready: str = ""
    summary: bool = False
    automerge: bool = False


class Base(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What machines of a cloud start a run's jobs with; see `model.task.RunFile`."""

    venv: str = ""
    overlay: str = ""
    overlay_sha256: str = ""


class Plan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One workflow, ready to run.

    Attributes:
        workflow: its name.
        event: the kind of event that starts it ("pull_request", "push" …).
        where: `file:line` of its declaration.
        jobs: every job once, needs before dependents.
        artifacts: every artifact that a job of the plan provides.
        images: every image that the repository builds, each after those it depends on.
        code: the files that it was made for.
        declared_in: the repository's files that its declaration was read from, sorted.
        scope: where outcomes of the run are kept for later ones, see `engine.choice.scopes`.
        caches: whether outcomes of earlier runs may be taken, and this one's remembered.
        filters: whether jobs are left out that the changed files do not concern.
        branches: globs of pushed branches that start it; empty means any.
        base_branches: globs of a pull request's base that start it; empty means any.
        paths: globs of changed files that it is for; empty means any.
        shown: what of it is shown on the forge.
        secrets: names of the declared secrets with their kinds.
        settings: the settings that runners need (`TEMP_DIR` …).
        warnings: findings that did not stop the compilation.
        concurrency: name of the group of runs of which one goes on at a time, or "".
        concurrency_policy: what a newer run of the group does: "cancel" the older ones, or "queue".
        timeout: seconds after which the run is stopped; 0 means never.
        pickup_timeout: seconds after which a job that no runner takes is given up; 0 means never.
        overtime: seconds beyond its timeout after which a job whose runner is silent is given up;
            0 means never.
        pauses: seconds before the first, second … try after a failure of the infrastructure;
            the last one repeats. Empty means at once.
        base: what its jobs are started with, where machines have a choice.
        version: of this shape.
    """

    workflow: str
    event: str
    jobs: tuple[Job, ...]
    where: str = ""
    artifacts: tuple[Artifact, ...] = ()
    images: tuple[Image, ...] = ()
    code: Code = Code()
    declared_in: tuple[str, ...] = ()
    scope: str = ""
    caches: bool = False
    filters: bool = False
    branches: tuple[str, ...] = ()
    base_branches: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    shown: Shown = Shown()
    secrets: tuple[tuple[str, str], ...] = ()
    settings: dict[str, Any] = {}
    aliases: dict[str, str] = {}
    warnings: tuple[Problem, ...] = ()
    concurrency: str = ""
    concurrency_policy: Policy = "cancel"
    timeout: float = 0.0
    pickup_timeout: float = 0.0
    overtime: float = 0.0
    pauses: tuple[float, ...] = ()
    base: Base = Base()
    version: int = VERSION


class Compilation(msgspec.Struct, frozen=True, kw_only=True):
    """What compiling a repository's declaration gave: plans, or the reasons why not.

    Attributes:
        plans: the workflows, in the order of their files; empty if any problem is an error.
        problems: everything found, errors and warnings, in file order.
        settings: all settings by name, as far as they are plain data.
        pools: the labels that declared runner pools serve; None when no pool is declared.
        routes: what starts each of the workflows, in their order.
    """

    plans: tuple[Plan, ...]
    problems: tuple[Problem, ...]
    settings: dict[str, Any] = {}
    pools: tuple[str, ...] | None = None
    routes: tuple[Route, ...] = ()
