"""The three functions of an installation in a cloud: webhooks in, tokens out, and the clock.

Each module with a `handler` is the whole of a function. What they import is what they start with:
no boto3, no structlog, nothing that another function needs. What they decide is decided by the
rooms below, as it is on one machine.
"""
