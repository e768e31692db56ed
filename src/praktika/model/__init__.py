"""Values on the wire: plan, events, commands, problems, results.

Everything here is immutable data that crosses a process boundary as JSON. The room imports
msgspec and the standard library only, decides nothing, and touches nothing. A Struct's
constructor does not validate; `praktika.model.wire` does, and is the only way in from outside.
"""
