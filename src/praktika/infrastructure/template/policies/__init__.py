"""What each role may do, written out: one small function a role, and what none of them may.

A statement names its things in full, with region and account. What AWS takes for all things only
is listed in `everywhere`, with the reason, and nowhere else. Names come from `names`; nothing is
granted by how a name begins, unless the beginning ends in a separator that no slug can have.
"""
