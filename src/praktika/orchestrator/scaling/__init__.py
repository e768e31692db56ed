"""Pools grow with their queues: who looks, and who says that it is time to look.

`engine.scaling` decides. This room is imported by a function that starts for each look, so it
imports little.
"""
