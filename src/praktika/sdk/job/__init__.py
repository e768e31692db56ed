"""What a job knows about its run: environment.json, and Info, the view of it for authors."""
