"""Holds a stranger's program by what the kernel is asked to forbid, and says whether that holds (docs/sandbox.md).

``lock`` is put on by a process for itself: ``calls`` are the tables that ``seccomp`` makes a filter of, ``landlock``
and ``places`` say which files may be read, ``bounds`` what may be taken. ``nursery`` forks a locked ``child`` for each
program and watches it as a ``ward``; ``processes`` is the side that asks, ``frames`` how an answer comes, ``answer``
what came. ``programs``, ``progress`` and ``outcome`` are about programs of cells, ``selftest`` about the lock.
"""
