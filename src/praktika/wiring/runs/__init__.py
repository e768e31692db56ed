"""Runs: of this machine, asked of a service, and as they were recorded."""
