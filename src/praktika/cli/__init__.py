"""One file per command, the console, the live view.

A command reads its arguments, asks `wiring` for what it needs, and says what came of it. Nothing
is imported before a command is chosen, so that `praktika --help` is instant.
"""
