"""Test runners: running them, and reading the reports that they write."""
