"""HTTP as GitHub wants it: one host, its limits, its pages, its ETags."""
