"""What the intake keeps: routing tables, heads, and which runs it has asked for."""
