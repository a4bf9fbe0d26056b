"""One episode, told: what each of its events says, what lights up, and which texts it writes into the picture.

``stage`` holds what all of that shares; ``passes`` tells what runs forwards and backwards, ``changes`` what the program
binds and changes, ``shown`` what it prints and where it fails; ``scene`` puts the events in.
"""

from gradwalk.story.scene import Scene

__all__ = ["Scene"]
