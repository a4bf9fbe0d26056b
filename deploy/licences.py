"""The licence of every package that the page runs with, from the packages' own metadata: `make licences`.

Written to ``docs/licences.md``. A test compares it with ``requirements.txt``.
"""

from __future__ import annotations

import re
from importlib.metadata import PackageMetadata, distribution
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "licences.md"
HEAD = """\
# Licences

Gradwalk is under the [MIT licence](../LICENSE). It runs with these packages, each under its own licence, as the
packages themselves state it. `make licences` writes this page anew.

| package | version | licence |
|---|---|---|
"""
TAIL = """
Besides, the container holds Python (PSF-2.0), Debian's packages, and Graphviz (EPL-1.0), which runs as a program of its
own; `deploy/compose.yaml` starts nginx (BSD-2-Clause).
"""
KNOWN = {
    "BSD License": "BSD",
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}
"""Classifiers by shorter names."""


class Package(NamedTuple):
    name: str
    version: str
    licence: str


def pinned(requirements: str) -> dict[str, str]:
    """Versions by name, from a requirements file."""
    return dict(re.findall(r"^([\w.-]+)==([^\s;]+)", requirements, flags=re.MULTILINE))


def licence(metadata: PackageMetadata) -> str:
    """What a package says of itself: an SPDX expression, else its classifiers, else the first line of its text."""

    def said(name: str) -> list[str]:
        return [str(one) for one in metadata.get_all(name) or () if str(one).strip()]

    classifiers = [line.rpartition(" :: ")[2] for line in said("Classifier") if "License" in line]
    named = [KNOWN.get(one, one) for one in classifiers if one != "OSI Approved"]
    texts = [text.strip().split("\n")[0] for text in said("License")]
    return next(iter([*said("License-Expression"), *filter(None, [" OR ".join(named)]), *texts]), "not stated")


def packages() -> list[Package]:
    """Every pinned package, as it is installed here."""
    found = pinned((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    return [Package(name, version, licence(distribution(name).metadata)) for name, version in found.items()]


def document(listed: list[Package]) -> str:
    rows = "".join(f"| {one.name} | {one.version} | {one.licence} |\n" for one in listed)
    return HEAD + rows + TAIL


def main() -> None:
    DOCUMENT.write_text(document(packages()), encoding="utf-8")


if __name__ == "__main__":
    main()
