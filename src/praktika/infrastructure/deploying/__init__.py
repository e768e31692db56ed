"""Deploying a compiled project: compare, plan, carry out.

`plan` is pure and says what to do, in order; `apply` does it. Everything may end at any line and
be started anew: what is made is never made twice, stacks go on by themselves, and the manifest
says that all is done only when it is. No capacity of a group is ever set here.
"""
