"""docs/licences.md agrees with what is pinned, and no licence asks for more than to be named."""

from __future__ import annotations

import json
import re
from email.message import Message
from typing import Any, cast

import pytest

from deploy.licences import DOCUMENT, document, licence, packages, pinned
from tests.browser import ROOT

FREE = r"MIT|BSD|Apache|PSF|MPL-2\.0|ISC|Unlicense|HPND|Python-2\.0|Zlib|0BSD|CNRI|CC0|Dual License"


def test_the_page_is_what_the_packages_say() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(packages()), "make licences writes it anew"


def test_everything_that_is_pinned_is_installed_in_that_version_and_listed() -> None:
    listed = dict(re.findall(r"^\| ([\w.-]+) \| (\S+) \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE))
    assert listed == {"package": "version"} | pinned((ROOT / "requirements.txt").read_text(encoding="utf-8"))


def test_every_package_states_a_licence_that_lets_everybody_run_it() -> None:
    other = [one for one in packages() if not re.search(FREE, one.licence)]
    assert other == []


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ([("License-Expression", "MIT"), ("License", "something else")], "MIT"),
        ([("Classifier", "License :: OSI Approved :: MIT License")], "MIT"),
        ([("Classifier", "License :: OSI Approved"), ("License", "BSD 3-Clause\nand its text")], "BSD 3-Clause"),
        ([], "not stated"),
    ],
)
def test_what_a_package_says_of_itself(fields: list[tuple[str, str]], found: str) -> None:
    metadata = Message()
    for name, value in fields:
        metadata[name] = value
    assert licence(cast("Any", metadata)) == found


def test_what_the_notebook_takes_from_npm_is_pinned_and_its_licences_are_there() -> None:
    folder = ROOT / "components" / "program"
    locked = json.loads((folder / "libraries" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    wanted = json.loads((folder / "libraries" / "package.json").read_text(encoding="utf-8"))["dependencies"]
    text = (folder / "libraries-licences.txt").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^(\S+) (\d\S*) \(\(?(?:MIT|BSD|ISC|Apache|MPL|Python)[^\n]*\)$", text, re.MULTILINE))
    assert wanted.items() <= listed.items()
    assert {name: locked[f"node_modules/{name}"]["version"] for name in listed} == listed
    assert "resolved" not in json.dumps(locked)
