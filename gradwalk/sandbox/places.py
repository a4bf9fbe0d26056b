"""The files that a locked process may read: libraries of Python's and of the system, and fonts."""

from __future__ import annotations

import shutil
import struct
import sys
import sysconfig
from pathlib import Path

import gradwalk

_SYSTEM = (
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib",
    "/etc/ld.so.cache", "/etc/localtime",
    "/usr/share/zoneinfo", "/usr/share/fonts", "/usr/local/share/fonts",
)  # fmt: skip
_GRAPHVIZ = ("/etc/fonts", "/usr/share/fontconfig", "/var/cache/fontconfig", "/usr/share/graphviz")
_PACKAGES = ("site-packages", "dist-packages")
_INTERPRETER = 3
"""The kind of segment in which a program names what loads it (PT_INTERP)."""


def readable() -> list[Path]:
    """Libraries alone. Not the whole of a prefix, which has pip's settings in it, nor a folder that merely is on
    ``sys.path``, such as the one with the program that somebody started."""
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    python = [sysconfig.get_path(name) for name in names]
    installed = [folder for folder in sys.path if Path(folder).name in _PACKAGES]
    own = Path(gradwalk.__file__).parent
    return _once([*python, *installed, *_SYSTEM, str(own)])


def for_graphviz() -> tuple[list[Path], list[Path]]:
    """What ``dot`` reads on top, and what is started when it is: itself, and the system's loader of programs."""
    dot = shutil.which("dot")
    if dot is None:
        return [], []
    return _once(list(_GRAPHVIZ)), _once([dot, *_loader(Path(dot))])


def _once(names: list[str]) -> list[Path]:
    """Absolute, without links, each once, and never the root of all."""
    paths = dict.fromkeys(Path(name).resolve() for name in names if name)
    return [path for path in paths if path != Path(path.anchor) and path != Path(sys.prefix)]


def _loader(program: Path) -> list[str]:
    """The name of the loader, out of the program's own header (ELF, 64 bits)."""
    with program.open("rb") as file:
        header = file.read(64)
        if header[:5] != b"\x7fELF\x02":
            return []
        (start,) = struct.unpack_from("<Q", header, 32)
        size, count = struct.unpack_from("<HH", header, 54)
        file.seek(start)
        table = file.read(size * count)
        for number in range(count):
            kind, _, offset, _, _, length = struct.unpack_from("<IIQQQQ", table, number * size)
            if kind == _INTERPRETER:
                file.seek(offset)
                return [file.read(length).rstrip(b"\0").decode()]
    return []
