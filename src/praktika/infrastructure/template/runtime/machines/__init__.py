"""Pools of machines: how they start, what they may reach, how many there are."""
