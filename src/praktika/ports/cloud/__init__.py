"""What a deploy needs of a cloud: stacks, parameters, objects, and what is left of a project.

Whose something is, is known by the tag of the project, by the path of a parameter or log group
(which ends in "/"), and by the stack; never by how a name begins. `Cloud` is all of it.
"""
