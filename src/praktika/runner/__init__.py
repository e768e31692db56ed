"""One attempt of one job: workspace, inputs, hooks, command, live log, outputs, Result.

A runner is a process of its own that serves one job at a time, so that whatever descends from it
belongs to that job and can be ended with it. It knows its ports and nothing of where it runs.
"""
