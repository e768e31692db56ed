"""Building a repository's images, inside a job of praktika's own; see `docs/images.md`.

`order` says what the job is to do, `engine` speaks to Docker, `index` puts platforms together,
`store` asks the registry, `build` does the work and makes the Result.
"""
