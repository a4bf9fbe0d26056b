"""The plug-ins that ``dot`` needs to place graphs, and no others: to start those that measure text takes it 15 ms.

Our graphs give each box its size, so no text is ever measured. Where that is not how it is, or where Graphviz is
another than we know, nothing is changed.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

VARIABLE = "GVBINDIR"
"""Tells Graphviz where its list of plug-ins is."""
_NEEDED = ("core", "dot_layout")
_SECONDS = 20
_LIBRARIES = re.compile(r'^libdir = "([^"\n]+)"$', re.MULTILINE)
_LIST = re.compile(r"^\t(/\S+)\n\t\twas successfully loaded", re.MULTILINE)
_PLUGIN = re.compile(r"^(\S+) (\S+) \{\n(.*?)^\}\n", re.MULTILINE | re.DOTALL)
_SIZED = (
    'digraph { rankdir=LR; node [shape=box, fixedsize=true]; a [label="a\\nb", width=1.3, height=0.7]; '
    'b [label=<<table border="0"><tr><td port="p" fixedsize="true" width="93" height="45"></td></tr></table>>, '
    "width=1.4, height=1.2]; a -> b:p:w [id=e] }"
)
"""As in the graphs that we place: labels in boxes of a given size, and a table of ports."""


def put_into(folder: Path) -> bool:
    """Write a list of what is needed into ``folder``, which is then what ``VARIABLE`` is for; whether it is of use.

    Takes some tenths of a second.
    """
    try:
        said = _dot("", "-v").stderr.decode()
        libraries, list_ = _LIBRARIES.search(said), _LIST.search(said)
        if libraries is None or list_ is None:
            return False
        (folder / Path(list_[1]).name).write_text(_needed(Path(list_[1]), Path(libraries[1])), encoding="utf-8")
        with_all, with_few = _dot(_SIZED), _dot(_SIZED, folder=folder)
    except (OSError, ValueError, subprocess.SubprocessError):
        return False
    return with_all.returncode == 0 and (with_all.stdout, with_all.stderr) == (with_few.stdout, with_few.stderr)


def _needed(path: Path, libraries: Path) -> str:
    """The part of Graphviz's own list that names what is needed, each library by its whole path."""
    found = {name: (library, body) for library, name, body in _PLUGIN.findall(path.read_text(encoding="utf-8"))}
    if not found.keys() >= set(_NEEDED):
        raise ValueError("This is another list than we know.")
    return "".join(f"{libraries / found[name][0]} {name} {{\n{found[name][1]}}}\n" for name in _NEEDED)


def _dot(source: str, *options: str, folder: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # noqa: S603 (a fixed command)
        ["dot", "-Tjson0", *options],  # noqa: S607 (as everywhere, the one on the path)
        input=source.encode(),
        env=os.environ | ({} if folder is None else {VARIABLE: str(folder)}),
        capture_output=True,
        check=False,
        timeout=_SECONDS,
    )
