"""The objects that authors build: plain data that remembers where it was written.

Nothing here judges, raises or does I/O (but `Secret.get_value`, which a job calls). What looks odd
while an object is built (a misspelt argument, an older name) is remembered on the object, and
`check` turns it into a problem.
"""
