"""Which jobs of a plan run, which are left out, and which take an earlier outcome. Pure.

`affected` says what a change concerns, `key` what an outcome depends on, `scopes` whose outcomes
count, `select` what follows for every job, `compare` what is another thing than before.
"""
