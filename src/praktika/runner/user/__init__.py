"""The user that jobs run as, where that is another one than the runner's.

A job is then no more than any user of the machine: it neither reads what is the runner's nor
reaches its processes. What a job has left is read *as that user* (`acting`), so that a link leads
the runner nowhere where the job itself could not go; and nothing of the user outlives an attempt.
"""

from praktika.runner.user.account import JobUser, acting

__all__ = ["JobUser", "acting"]
