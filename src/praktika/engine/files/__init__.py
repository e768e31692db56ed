"""Which files a job depends on, and the digest of exactly those. Pure."""
