"""The parts of `praktika serve`: its loops, and what its pages and API are made from."""
