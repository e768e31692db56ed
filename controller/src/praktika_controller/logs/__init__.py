"""What is told of this machine: a rotated file, and CloudWatch Logs, which outlives it.

Bodies of messages are never logged: they hold what authors and strangers wrote.
"""
