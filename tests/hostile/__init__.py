"""Texts that try to break out, to take what is not theirs, or to never end, and what becomes of each."""
