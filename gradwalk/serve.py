"""The page on this machine: ``gradwalk serve`` starts what ``pip install "gradwalk[site]"`` has brought."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

NEEDED = ("streamlit", "starlette", "uvicorn", "prometheus_client")
HOW = 'pip install "gradwalk[site]" brings it.'


class NoPage(OSError):
    """The page, or what it needs, is not installed."""


def page_folder() -> Path:
    """Where the page's ``app.py`` is: in the package, or beside it in a checkout. Raises NoPage."""
    package = Path(__file__).resolve().parent
    for folder in (package / "page", package.parent):
        if (folder / "app.py").is_file() and (folder / "pages").is_dir():
            return folder
    raise NoPage(f"The page is not here. {HOW}")


def serve(port: int | None = None) -> int:
    """Become the server of the page, until somebody ends it. Raises NoPage."""
    folder = page_folder()
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise NoPage(f"The page needs {missing[0]}. {HOW}")
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    command += [f"--server.port={port}"] if port else []
    os.chdir(folder)  # Streamlit reads its settings, and the page its files, from where it starts
    if os.name == "posix":
        os.execv(command[0], command)  # noqa: S606  our own server
    return subprocess.call(command)  # noqa: S603  likewise
