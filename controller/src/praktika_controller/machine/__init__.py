"""The machine: what it is, whether it is well, what is coming to it, and how it leaves."""
