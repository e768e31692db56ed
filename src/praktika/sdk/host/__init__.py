"""The machine that a job runs on: its facts, files, archives and processes."""
