"""What a nursery is for: one frozen record, which goes to it as a line of JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from gradwalk.sandbox.bounds import Bounds
from gradwalk.sandbox.frames import Sizes


@dataclass(frozen=True)
class Configuration:
    """``work`` and ``warm`` are written ``module:name``."""

    work: str
    """What each process does: a ``child.Work``."""
    warm: str = ""
    """What the nursery does once before: functions without arguments, with spaces between them."""
    lock: bool = True
    landlock: bool = True
    """False leaves it out, as on a kernel that has none."""
    bounds: Bounds = field(default_factory=Bounds)
    sizes: Sizes = field(default_factory=Sizes)
    spare: int = 0
    """Processes that are locked, and wait, before anybody asks for them."""

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(text: str) -> Configuration:
        fields = json.loads(text)
        fields |= {"bounds": Bounds(**fields["bounds"]), "sizes": Sizes(**fields["sizes"])}
        return Configuration(**fields)
