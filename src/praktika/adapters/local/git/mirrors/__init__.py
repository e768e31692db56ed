"""Checkouts on this machine: a bare mirror for each remote, and work trees that borrow from it.

    remote       which URLs are fetched from, and what is secret in them
    gitmodules   which submodules a commit may name
    command      running git so that nobody's configuration matters
    mirror       fetching a commit once, keeping it while it is used, forgetting it later
    uses         who uses which commits, and forgetting whole mirrors
    merging      the merge of two commits, the same on every machine
    work_tree    files of a commit, and a small repository around them
    checkouts    the port: all of the above, submodules included

`remote` and `gitmodules` are pure; `command` is the only one that starts git.
"""
