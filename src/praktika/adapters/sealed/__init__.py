"""Queues of a cloud whose messages show who has sent them (security 9, 19).

Orchestrators sign tasks and requests to stop, and runners refuse what is not signed. What runners
tell shows a proof that came with the task, and orchestrators refuse what has none. What is refused
is set aside, logged and counted, and nothing is done with it.
"""
