"""What people see: words for states, and the views of a run while it goes on and afterwards."""
