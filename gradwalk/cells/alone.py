"""What a program may change belongs to the whole process: so one runs at a time, whichever door it came through."""

from __future__ import annotations

import threading

ONE_AT_A_TIME = threading.RLock()
