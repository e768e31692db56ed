"""Pages for people: HTML made here, one style sheet and one script, both files of this folder.

Every text becomes part of a page through `markup`, which escapes it; nothing else makes markup.
"""
