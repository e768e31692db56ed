"""Deliberate bugs in what becomes of outcomes that travel between runs."""

from __future__ import annotations

from tests.simulation.bugs.broken import Bug

BUGS = (
    Bug(
        "a reused job is run",
        "reused_is_not_run",
        "elif state.phase is Phase.WAITING and is_reused(job, state):",
        "elif False:",
        "moves",
    ),
    Bug(
        "a reused job waits for what it needs",
        "reused_is_not_run",
        "elif state.phase is Phase.WAITING and is_reused(job, state):",
        "elif state.phase is Phase.WAITING and is_reused(job, state) and not state.unmet:",
        "moves",
    ),
    Bug(
        "a reused job hangs on what it needs",
        "reused_is_not_run",
        "            if is_reused(job, state):\n                continue",
        "            if False:\n                continue",
        "moves",
    ),
    Bug(
        "a reused job is taken before the turn of its run",
        "reused_is_not_run",
        "    if not is_held:\n        moves.begin()",
        "    for job in plan.jobs:\n"
        '        if is_held and job.decision == "reuse":\n'
        "            moves.settle(Outcome.reused(job))\n"
        "    if not is_held:\n        moves.begin()",
    ),
    Bug(
        "a reused job has left nothing",
        "reused_is_not_run",
        "stored = job.origin.stored if job.origin else ()",
        "stored = ()",
        "outcome",
    ),
    Bug(
        "a reused job that is run again takes the earlier outcome once more",
        "as_the_oracle_says",
        "is_again=not is_to_take(job, state),",
        "is_again=False,",
        "rerun",
    ),
    Bug(
        "a reused job that was stopped before its time is run",
        "reused_is_not_run",
        "is_again=not is_to_take(job, state),",
        "is_again=True,",
        "rerun",
    ),
    Bug(
        "what is to be taken yet has its needs run again",
        "as_the_oracle_says",
        " and not is_to_take(jobs[key], run.jobs[key]):",
        ":",
        "rerun",
    ),
    Bug(
        "what is to be taken yet hangs on what is left out",
        "as_the_oracle_says",
        "is_free = job.always_run or is_to_take(job, run.jobs[key])",
        "is_free = job.always_run",
        "rerun",
    ),
    Bug(
        "what needs a reused job cannot be run again if that cannot",
        "as_the_oracle_says",
        '(need.job in hopeless or run.graph.jobs[need.job].decision == "skip")\n'
        "            and _is_unmet(run, job, need)",
        "need.job in hopeless\n"
        '            or (run.graph.jobs[need.job].decision == "skip"\n'
        "            and _is_unmet(run, job, need))",
        "rerun",
    ),
    Bug(
        "a reused job is run again after what it was not made from",
        "finished_work_stays",
        "(not is_earlier or has_taken",
        "(True or has_taken",
        "rerun",
    ),
    Bug(
        "a run without a cache remembers",
        "good_work_is_remembered",
        "        plan.caches\n        and bool",
        "        bool",
        "reused",
    ),
    Bug(
        "what has no key is remembered",
        "good_work_is_remembered",
        "        and bool(job.digest)\n",
        "",
        "reused",
    ),
    Bug(
        "what waits again is remembered",
        "good_work_is_remembered",
        "        and state.phase is Phase.SETTLED\n        and state.status is Status.OK",
        "        and (state.status is Status.OK or bool(state.past))",
        "reused",
    ),
    Bug(
        "fault 31: what is as good as well is remembered",
        "good_work_is_remembered",
        "        and state.status is Status.OK\n",
        "        and state.status.is_ok\n",
        "reused",
    ),
    Bug(
        "what was reused is remembered anew",
        "good_work_is_remembered",
        "        and state.attempt > 0\n",
        "",
        "reused",
    ),
    Bug(
        "fault 31: what was forced is remembered",
        "good_work_is_remembered",
        "        and not state.is_forced\n",
        "",
        "reused",
    ),
    Bug(
        "what was forced is not known as such",
        "good_work_is_remembered",
        "            is_forced=outcome.is_forced,\n",
        "",
        "moves",
    ),
    Bug(
        "what is somebody's fault is remembered",
        "good_work_is_remembered",
        "        and not state.verdict\n",
        "",
        "reused",
    ),
    Bug(
        "fault 31: a part of the tests is remembered as all",
        "good_work_is_remembered",
        "        and not state.tests_of\n",
        "",
        "reused",
    ),
    Bug(
        "only successors remember",
        "good_work_is_remembered",
        "        self.commands += remembering(self.plan, outcome.job, self.states[outcome.job.key])\n",
        "",
        "moves",
    ),
    Bug(
        "successors do not remember",
        "good_work_is_remembered",
        "            commands += remembering(run.plan, run.graph.jobs[key], state)",
        "            pass",
        "due",
    ),
    Bug(
        "a later attempt goes without saying",
        "inputs_are_named",
        'is_plain = attempt == 1 if provider.decision == "run" else has_taken(provider, state)',
        'is_plain = attempt >= 1 if provider.decision == "run" else has_taken(provider, state)',
        "reused",
    ),
    Bug(
        "the first attempt of a reused job goes without saying",
        "inputs_are_named",
        'is_plain = attempt == 1 if provider.decision == "run" else has_taken(provider, state)',
        "is_plain = attempt == 1 or has_taken(provider, state)",
        "reused",
    ),
    Bug(
        "an attempt of an earlier round counts",
        "inputs_are_named",
        "attempt = 0 if state.is_retired else state.attempt",
        "attempt = state.attempt",
        "reused",
    ),
    Bug(
        "what goes without saying now does not replace what was said before",
        "inputs_are_named",
        "return inputs.discard(need.job)",
        "return inputs",
        "reused",
    ),
    Bug(
        "what only had to come earlier is an input",
        "inputs_are_named",
        'need.kind == "order" or provider.decision == "skip"',
        'provider.decision == "skip"',
        "reused",
    ),
    Bug(
        "a rerun forgets which attempts it reads from",
        "inputs_are_named",
        "        inputs=_inputs(run, job),\n",
        "",
        "rerun",
    ),
    Bug(
        "what an attempt has left is forgotten when another one follows",
        "inputs_are_named",
        "            stored=outcome.stored,\n",
        "            stored=(),\n",
        "moves",
    ),
)
