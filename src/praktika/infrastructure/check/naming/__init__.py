"""Names: of projects, of what they make on AWS, and what two things would share."""
