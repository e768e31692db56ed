"""What a project costs a month: an estimate from a few list prices, which says what it guesses."""
