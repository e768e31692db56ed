"""All operations of the API but those that give files."""

from __future__ import annotations

from praktika.web.api.operation import Call, Operation, Query
from praktika.web.shapes import (
    ApproveWish,
    Asked,
    CancelWish,
    DispatchWish,
    Events,
    Files,
    RerunWish,
    RunDetails,
    Runs,
    Who,
    Workflows,
)

_MOST = 1000
_LONGEST = 1 << 40


def _whoami(call: Call) -> Who:
    return Who(login=call.login)


def _runs(call: Call) -> Runs:
    limit = call.number("limit", 50, low=1, high=_MOST)
    return Runs(runs=tuple(call.surface.books.latest(limit)))


def _run(call: Call) -> RunDetails:
    return call.surface.books.details(call.path["run"])


def _events(call: Call) -> Events:
    start = call.number("start", 0, low=0, high=_LONGEST)
    return Events(events=tuple(call.surface.books.events(call.path["run"], start)))


def _files(call: Call) -> Files:
    found = call.surface.books.files(call.path["run"], call.query.get("prefix", ""))
    return Files(files=tuple(found))


def _cancel(call: Call) -> Asked:
    return call.surface.desk.cancel(call.path["run"], call.wish, call.login)


def _rerun(call: Call) -> Asked:
    return call.surface.desk.rerun(call.path["run"], call.wish, call.login)


def _approve(call: Call) -> Asked:
    return call.surface.desk.approve(call.path["run"], call.wish, call.login)


def _dispatch(call: Call) -> Asked:
    return call.surface.desk.dispatch(call.wish, call.login)


def _workflows(call: Call) -> Workflows:
    return Workflows(tables=tuple(call.surface.desk.workflows()))


OPERATIONS = (
    Operation(
        name="whoami",
        method="GET",
        path="/whoami",
        text="Whom the token stands for.",
        do=_whoami,
        gives=Who,
    ),
    Operation(
        name="listRuns",
        method="GET",
        path="/runs",
        text="The runs, newest first.",
        do=_runs,
        gives=Runs,
        query=(
            Query(
                name="limit",
                text="How many.",
                schema={"type": "integer", "minimum": 1, "maximum": _MOST, "default": 50},
            ),
        ),
    ),
    Operation(
        name="getRun",
        method="GET",
        path="/runs/{run}",
        text="A run with its jobs.",
        do=_run,
        gives=RunDetails,
    ),
    Operation(
        name="listEvents",
        method="GET",
        path="/runs/{run}/events",
        text="What happened to a run, in order.",
        do=_events,
        gives=Events,
        query=(
            Query(
                name="start",
                text="How many of the first to leave out.",
                schema={"type": "integer", "minimum": 0, "default": 0},
            ),
        ),
    ),
    Operation(
        name="listFiles",
        method="GET",
        path="/runs/{run}/files",
        text="Paths of the files below the run's folder.",
        do=_files,
        gives=Files,
        query=(
            Query(
                name="prefix",
                text="Only those below this folder.",
                schema={"type": "string", "default": ""},
            ),
        ),
    ),
    Operation(
        name="cancel",
        method="POST",
        path="/runs/{run}/cancel",
        text="Stop a run, or one of its jobs.",
        do=_cancel,
        gives=Asked,
        takes=CancelWish,
        status=202,
    ),
    Operation(
        name="rerun",
        method="POST",
        path="/runs/{run}/rerun",
        text="Run jobs of a run again, as further attempts of it.",
        do=_rerun,
        gives=Asked,
        takes=RerunWish,
        status=202,
    ),
    Operation(
        name="approve",
        method="POST",
        path="/runs/{run}/approve",
        text="Let a run begin that waits for an approval of its commit.",
        do=_approve,
        gives=Asked,
        takes=ApproveWish,
        status=202,
    ),
    Operation(
        name="dispatch",
        method="POST",
        path="/dispatch",
        text="Run a workflow.",
        do=_dispatch,
        gives=Asked,
        takes=DispatchWish,
        status=202,
    ),
    Operation(
        name="listWorkflows",
        method="GET",
        path="/workflows",
        text="What starts which workflow, for each repository.",
        do=_workflows,
        gives=Workflows,
    ),
)
