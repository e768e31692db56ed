"""What starts a workflow: its event, patterns, schedules and inputs.

`events` is the way in; the other modules look at one kind of value each.
"""
