"""Functions, the API in front of them, their logs, and who is told when something is wrong."""
