"""What a run looks like on the forge.

`content` says what there is to show, and is pure; the rest of the room sees to it that it is shown,
whatever dies meanwhile, and within what the forge lets us write.
"""
