"""Thin faces of services outside (object storage, the CI database), and what goes with them.

Each call is bounded in time, and says what to install or to set where something is missing.
"""
