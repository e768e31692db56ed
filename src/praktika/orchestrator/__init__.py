"""Carries a run from its request to its report.

Takes events in, lets the engine decide, writes the journal, carries the commands out. It decides
nothing itself: what looks like a decision here belongs into `engine`.
"""
