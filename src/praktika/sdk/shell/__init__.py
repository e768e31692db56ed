"""Commands: Shell for one line, TeePopen for one that is watched while it runs.

A wait is a wait for the process, never for the end of its output: a background process that keeps
the pipe open delays nobody.
"""
