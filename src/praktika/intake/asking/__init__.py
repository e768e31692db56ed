"""What is asked for: by changes, by people, by the clock."""
