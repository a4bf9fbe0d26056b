"""The bill of materials is valid by CycloneDX's own schema, and lists what is pinned."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from deploy.licences import packages, pinned
from deploy.sbom import DOCUMENT, document
from tests.browser import ROOT

TEXT = DOCUMENT.read_text(encoding="utf-8")


@pytest.fixture
def bill() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(TEXT)
    return found


def test_it_is_what_the_packages_say() -> None:
    assert document(packages()) == TEXT, "make sbom writes it anew"


def test_it_is_valid() -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(TEXT) is None


def test_what_is_not_valid_would_be_found(bill: dict[str, Any]) -> None:
    bill["components"][0]["colour"] = "blue"
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill)) is not None


def test_it_lists_what_is_pinned(bill: dict[str, Any]) -> None:
    wanted = pinned((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    assert {part["name"]: part["version"] for part in bill["components"]} == wanted
    assert all(part["purl"] == f"pkg:pypi/{part['name']}@{part['version']}" for part in bill["components"])
    assert all(part["licenses"] for part in bill["components"])


def test_it_is_of_this_version(bill: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    said = bill["metadata"]["component"]
    assert (said["name"], said["version"]) == (project["name"], project["version"])
    assert "timestamp" not in bill["metadata"]


def test_it_tells_who_needs_whom(bill: dict[str, Any]) -> None:
    needs = {one["ref"].split("@")[0]: one.get("dependsOn", []) for one in bill["dependencies"]}
    names = {name.split("@")[0] for name in needs["pkg:pypi/matplotlib"]}
    assert {"pkg:pypi/numpy", "pkg:pypi/pillow"} <= names
    assert len(needs["gradwalk"]) == len(bill["components"])
    assert not [name for name in needs["pkg:pypi/ipython"] if "colorama" in name], "only Windows needs it"
