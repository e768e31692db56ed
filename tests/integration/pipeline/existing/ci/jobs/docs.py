# ruff: noqa: T201 - what a script prints is its point

print("done")
