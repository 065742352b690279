"""Have Ctrl-C raise in all tests, although a shell may have them ignore it.

It does so for programs in the background.
"""

from __future__ import annotations

import signal


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
