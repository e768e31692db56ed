"""What a machine of an installation boots: it leases work, starts praktika, and leaves.

It knows AWS and how to start praktika, and nothing of runs: a broken praktika, or a broken virtual
environment, must leave something that can tell of it.
"""

VERSION = "0.1.0"
