"""What machines do: one task at a time, or an orchestrator's loops, each in a child process."""
