BUCKET = "example-builds"
