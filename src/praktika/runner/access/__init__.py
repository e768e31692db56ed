"""What an attempt may have: secrets, tokens, and by whose code it is."""
