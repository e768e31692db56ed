"""Protocols to the world, and nothing else.

A port's docstring states order, concurrency and idempotence; `tests/contracts/` holds every
adapter to it, and what is not tested there is not promised. Errors are those of
`praktika.errors`: an adapter translates foreign ones at its boundary.
"""
