"""Random programs, the ways in by which they come, and the process that has each of them run behind the lock."""
