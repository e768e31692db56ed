"""Everything that can be wrong with a declaration.

Each module here yields findings about what it is given and changes nothing. `sound.sound` comes
first: behind it, every value has the type that its field promises.
"""
