"""What all tests have in common."""

from __future__ import annotations

import signal

# A test run that was started in the background ignores SIGINT, and so would every process that a
# test starts; interrupting them is what some tests are about.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
