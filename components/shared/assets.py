"""The files of a component, joined: its JavaScript is one module that cannot import, and its styles are one sheet."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).resolve().parent.parent


def joined(*names: str) -> str:
    """The texts of these files in ``components/``, in this order: ``joined("expression/form.js")``."""
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in names)
