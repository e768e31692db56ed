"""What is named in two places has the same name in both."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from praktika.adapters.aws.letters import queue_name
from praktika.checks import announce as checks
from praktika.infrastructure.template import names
from praktika.infrastructure.template.names import RUNG, SHARED, Names
from praktika.infrastructure.template.policies import functions, runner
from praktika.intake.names import NOTICES
from praktika.orchestrator import names as orchestrator
from praktika.wiring.github.pages import announce as pages


@settings(max_examples=50, deadline=None)
@given(
    st.from_regex(r"[a-z0-9-]{1,30}", fullmatch=True),
    st.text(min_size=1, max_size=60),
    st.sampled_from(["trusted", "untrusted"]),
)
def test_queues_of_tasks_are_named_as_orchestrators_and_sqs_name_them(slug, label, trust):
    queue = names.tasks(label, trust)
    assert queue == orchestrator.tasks(label, trust)
    assert Names(slug).queue(queue) == queue_name(slug, queue)


@pytest.mark.parametrize("queue", SHARED)
def test_shared_queues_are_named_as_sqs_names_them(queue):
    assert Names("lab").queue(queue) == queue_name("lab", queue)


def test_shared_queues_are_those_that_other_rooms_use():
    used = {orchestrator.INBOX, orchestrator.REPORTS, orchestrator.ALARMS, NOTICES}
    assert {*SHARED} == used | {checks.CHECKS, checks.LATER, pages.QUEUE}
    assert {*RUNG} == {orchestrator.ALARMS}
    assert runner.REPORTS == orchestrator.REPORTS
    assert functions.EVENTS == orchestrator.INBOX
    assert functions.ALARMS == orchestrator.ALARMS
    assert functions.NOTICES == NOTICES
