"""Machine images with what jobs need, so that machines start in seconds.

Versions are not for people to count: names of what Image Builder never changes carry a digest of
their content. Whatever is installed is signed by a distribution, or named by its digest (fault 18).
"""
