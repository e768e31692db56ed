"""What starts which workflow: by an event of a forge, and by the clock. Pure.

`globs` says what a pattern of branches or files means, `route` which workflows an occasion starts,
`schedule` when cron lines are due. The command line, a server and a function in the cloud ask here.
"""
