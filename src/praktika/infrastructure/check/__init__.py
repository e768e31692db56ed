"""What is wrong with a declared infrastructure: all of it, at once.

`projects` is where it starts; a module for each subject. Whatever is judged here has fields of
their types already.
"""
