"""Implementations of ports. `local` and `memory` do not import one another.

An adapter translates foreign errors at its boundary into those of `praktika.errors`; what every
adapter of a port must do alike is written in the port and tested in `tests/contracts/`.
"""
