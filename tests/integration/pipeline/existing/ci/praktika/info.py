raise RuntimeError("the repository's own copy of an older praktika must not be imported")
