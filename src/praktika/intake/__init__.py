"""Requests for runs, from what a forge tells and from the clock.

A notice is a hint: whoever acts on one asks the forge how things are now.
"""
