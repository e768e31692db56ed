"""The only place where adapters are chosen and built. Nobody else asks where praktika runs.

One module for each thing that a command may need, so that `praktika check` does not load what
`praktika run` needs.
"""
