"""GitHub, as an installation works with it."""
