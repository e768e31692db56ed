"""Who may have which token: it follows from who asks, as the cloud tells, and from the run.

Security 18, faults 1 and 2: no two machines of different pools may have the same, and what a caller
says about itself counts for nothing.
"""
