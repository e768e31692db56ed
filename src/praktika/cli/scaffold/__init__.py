"""The first pipeline that `praktika init` writes: what it finds in a folder, and the files."""
