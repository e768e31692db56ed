"""Executing a repository's `ci/` and gathering what it declares.

Runs in a process of its own: the sandbox's child, or a job. Standard library only. Whatever the
author's code does wrong becomes a finding, and the next file is loaded all the same.
"""
