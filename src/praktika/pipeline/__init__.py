"""What authors declare, and compiling it to Plans.

A declaration goes through three steps, each a folder here:

1. `declare`: the objects that authors build. Building one never judges: it remembers where it was
   written, and what looked odd.
2. `load`: executes a repository's `ci/` and gathers those objects, and every failure to do so.
3. `check` and `compile`: finds all problems, and makes Plans if none is an error.

`declare`, `load` and `check` need the standard library only, because a job's own script uses them
under whatever Python it has. The author's code runs in a child process (`child`), or in a job
(`native`), never in ours.
"""
