"""Gathers the licences' texts of all installed packages, when the image is built: `python licence_texts.py FOLDER`.

A package brings its own. Where one does not, the text stands in ``lacking_texts`` beside it. It needs Python alone.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from importlib.metadata import Distribution, distributions
from pathlib import Path

LACKING = Path(__file__).resolve().parent / "lacking_texts"
_NAMED = re.compile(r"(?i)^(licen[cs]e|copying|notice|authors|copyright)")


def name(package: Distribution) -> str:
    return re.sub(r"[-_.]+", "-", package.metadata["Name"]).lower()


def texts(package: Distribution) -> list[Path]:
    """The files of a package's metadata that hold its licence, or the one that stands here for it."""
    metadata = [file for file in package.files or () if file.parts[0].endswith(".dist-info")]
    own = [Path(str(file.locate())) for file in metadata if "licenses" in file.parts or _NAMED.match(file.name)]
    lacking = LACKING / f"{name(package)}.txt"
    return own or [lacking] * lacking.is_file()


def gather(packages: Iterable[Distribution], folder: Path) -> list[str]:
    """Copy all texts, each package's into a folder of its own. Gives the names of packages that have none."""
    without = []
    for package in packages:
        found = texts(package)
        for number, text in enumerate(found):
            target = folder / f"{name(package)}-{package.version}"
            target.mkdir(parents=True, exist_ok=True)
            (target / (f"{number}-{text.name}" if number else text.name)).write_bytes(text.read_bytes())
        if not found:
            without.append(name(package))
    return without


def main() -> None:
    if without := gather(distributions(), Path(sys.argv[1])):
        sys.exit(f"No licence's text was found for: {', '.join(without)}. It belongs into {LACKING}.")


if __name__ == "__main__":
    main()
