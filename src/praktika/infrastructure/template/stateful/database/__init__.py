"""The database of the history: one machine, one disk that outlives it, a copy of it every day."""
