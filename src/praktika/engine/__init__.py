"""Pure decisions. No clock, no I/O, no logging, no randomness: time arrives with the events.

`step` moves a run by one event and says what to do; `due` says what must be under way in a given
state; `explain` puts a job's state into words. `choice` decides which jobs of a plan run at all,
and `files` which files they depend on. Same input, same output, for ever: recorded journals are
replayed against this room.

Safety rules (each a property test of that name in `tests/simulation`):

    needs_first          a job is dispatched only when everything that it needs is settled, and well
    one_live_attempt     a job has at most one attempt that counts, and a new one only after its end
    stale_is_silent      a repeated or outdated event changes nothing and asks for nothing
    settled_stays        a settled job, or a concluded run, changes only when it is run again
    cancel_is_final      after a cancel only jobs that always run begin, after a forced one none
    concluded_once       a run concludes once a round, when every job is settled, and not before
    reason_always        a job that did not run, or is tried again, says why
    due_is_enough        from any state, carrying out `due` and answering leads to the conclusion
    retries_are_bounded  a failure is tried again as often as it may be, after its pause, no more
    attempts_are_remembered  every earlier attempt is kept with what became of it and who had it
    finished_work_stays  a rerun repeats what was asked for, what it needs, what is made from it
    reruns_end           after any request for a rerun everything settles and concludes again
    time_is_enough       what waits for time moves on when only time passes
    stopped_is_told      who is given up without an answer is asked to stop, by successors too
    heard_once           a request that has a name is acted upon once
    waits_its_turn       a run of a queued group dispatches nothing before it is admitted
    reused_is_not_run    a reused job is well as soon as its run begins, and runs only if asked for
    good_work_is_remembered  what truly went well is kept for later runs, and nothing else is
    inputs_are_named     a task names what the attempts have left that count for its job
    cost_is_local        an event costs what it touches; a request or a timer, jobs and edges
"""
