"""Pure decisions. No clock, no I/O, no logging, no randomness: time arrives with the events.

`step` moves a run by one event and says what to do; `due` says what must be under way in a given
state; `select` narrows a plan to the jobs that were asked for; `explain` puts a job's state into
words. Same input, same output, for ever: recorded journals are replayed against this room.

Safety rules (each a property test of that name in `tests/simulation`):

    needs_first       a job is dispatched only when everything that it needs is settled, and well
    one_live_attempt  a job has at most one attempt that counts
    stale_is_silent   a repeated or outdated event changes nothing and asks for nothing
    settled_stays     a settled job never changes
    cancel_is_final   after a cancel only jobs that always run begin, after a forced one none
    concluded_once    a run concludes once, when every job is settled, and not before
    reason_always     a job that did not run says why
    due_is_enough     from any state, carrying out `due` and answering leads to the conclusion
"""
