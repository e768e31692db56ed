"""What starts which workflow: by an event of a forge, and by the clock. Pure.

`globs` says what a pattern of branches or files means, `route` which workflows an occasion starts,
`schedule` when cron lines are due, `inputs` what a dispatch may be given, `identity` which run that
is, whoever asks for it. The command line, a server and a function in the cloud ask here.
"""
