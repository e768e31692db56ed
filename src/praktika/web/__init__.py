"""HTTP: webhooks in, the API, the pages.

What this room needs of the world it says in `surface`; who builds the app brings it along. Only
here is code asynchronous: whatever may wait for a disk, a store or a forge runs in a thread, of
which there is a fixed number, and a client that reads or writes slowly holds none of them.

Whatever was written by jobs, branches or visitors is data: escaped in pages, never run by a
browser, never part of a path that leaves the folder of its run.
"""
