"""Stacks on their way: what can be done with one, doing it, and following what becomes of it."""
