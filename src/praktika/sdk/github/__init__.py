"""GitHub, as job scripts use it: through the program `gh`, which has the credentials."""
