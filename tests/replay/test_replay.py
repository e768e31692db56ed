"""Recorded journals decide the same for ever."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.replay.record import JOURNALS, Recording, main, record
from tests.replay.scenarios import SCENARIOS
from tests.simulation.bugs.catalogue import BUGS
from tests.simulation.history import Engine

from praktika.engine.run import Run
from praktika.engine.step import replay
from praktika.model.events import decode_event
from praktika.model.wire import decode, encode

RECORDED = sorted(JOURNALS.glob("*.json"))


@pytest.fixture(params=RECORDED, ids=lambda path: path.stem)
def recording(request: pytest.FixtureRequest) -> Recording:
    return decode(request.param.read_bytes(), Recording)


def first_difference(recording: Recording, engine: Engine) -> str:
    """The first turn at which an engine decides otherwise, or ""."""
    run = Run()
    for number, turn in enumerate(recording.turns):
        decision = engine.step(run, decode_event(encode(turn.event)))
        if decision.commands != turn.commands:
            return f"turn {number}: {turn.event}\nnow {decision.commands}\nthen {turn.commands}"
        run = decision.run
    return ""


def test_each_event_still_leads_to_the_same_commands(recording: Recording) -> None:
    assert first_difference(recording, Engine()) == ""


def test_every_job_still_ends_the_same(recording: Recording) -> None:
    run = replay(turn.event for turn in recording.turns)

    assert {key: (each.status, each.attempt) for key, each in run.jobs.items()} == recording.jobs
    assert run.worst == recording.verdict


def test_every_scenario_is_recorded() -> None:
    assert [path.stem for path in RECORDED] == sorted(each.__name__ for each in SCENARIOS)


def test_recording_leaves_what_is_recorded_alone(tmp_path: Path) -> None:
    first = SCENARIOS[0].__name__
    (tmp_path / f"{first}.json").write_text("kept")

    assert first not in record(tmp_path)
    assert (tmp_path / f"{first}.json").read_text() == "kept"
    assert record(tmp_path, [first]) == [first]
    assert (tmp_path / f"{first}.json").read_text() != "kept"


def test_only_the_flag_with_known_names_overwrites() -> None:
    for arguments in (["--force"], ["everything_well"], ["--overwrite", "nobody"]):
        assert "--overwrite NAME" in main(arguments)


def test_an_engine_that_decides_otherwise_is_noticed() -> None:
    recordings = [decode(path.read_bytes(), Recording) for path in RECORDED]
    bugs = {bug.title: bug for bug in BUGS}

    for title in (
        "an answer about any attempt counts",
        "what needs a failed job runs",
        "allow_failure stops dependents",
        "the cascade forgets always_run",
        "fault 29: a red run is green",
        "it concludes early",
        "lost attempts are replaced for ever",
        "a skipped job is dispatched",
        "a cancel stops what always runs",
        "a forced cancel spares what always runs",
        "a failure of the author's is never tried again",
        "every pause is the first",
        "a pause never ends",
        "what nobody takes waits for ever",
        "a silent runner is waited for for ever",
        "the deadline stops what always runs",
        "a run that took too long is fine",
        "a rerun of what failed repeats everything",
        "a rerun repeats what only had to come later",
        "what waits does not wait for what is run again",
        "a retry does not wait for what is run again",
        "a cancel that arrives again counts again",
        "the cancel of one job cancels the run",
        "a held run dispatches what a cancel sets free",
        "a rerun does not wait for its turn",
        "no run leaves its group",
        "a run without a plan cannot be run again",
        "a reused job is run",
        "a reused job hangs on what it needs",
        "a reused job that was stopped before its time is run",
        "what needs a reused job cannot be run again if that cannot",
        "fault 31: what was forced is remembered",
        "only successors remember",
        "code that needs an approval runs without",
        "security 2: an approval of any commit counts",
        "what is approved is the merge, and not what was pushed",
        "a plan that comes before the approval is taken",
        "whoever runs it again has approved of it",
        "a rerun asks for the approval again",
        "a run that waits for an approval cannot be cancelled",
    ):
        engine = bugs[title].engine()
        assert any(first_difference(each, engine) for each in recordings), title
