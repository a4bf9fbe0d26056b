"""What the image is made of: bases by their digests, packages by their hashes, no tag that moves; hadolint agrees."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
import yaml

from deploy.licence_texts import LACKING, gather, texts
from deploy.licences import pinned
from tests.browser import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
TORCH = (ROOT / "deploy" / "torch-cpu.lock").read_text(encoding="utf-8")
PINNED = pinned((ROOT / "requirements.txt").read_text(encoding="utf-8"))
HADOLINT = Path(sys.executable).parent / "hadolint"
DIGEST = r"@sha256:[0-9a-f]{64}"


def hashes(lock: str) -> dict[str, list[str]]:
    """The hashes of each package, by its name and version."""
    entries = re.split(
        r"^(?=\w)", "".join(line for line in lock.splitlines(True) if line[0] != "#"), flags=re.MULTILINE
    )
    return {entry.split()[0]: re.findall(r"--hash=sha256:([0-9a-f]{64})(?=\s)", entry) for entry in entries if entry}


def test_the_locks_and_the_requirements_name_the_same() -> None:
    assert pinned(LOCK) | pinned(TORCH) == PINNED, "make lock writes requirements.lock anew"
    assert pinned(TORCH).keys() == {"torch"}
    assert "torch" not in pinned(LOCK)


def test_every_package_has_a_hash() -> None:
    for lock in (LOCK, TORCH):
        found = hashes(lock)
        assert found.keys() == {f"{name}=={version}" for name, version in pinned(lock).items()}
        assert all(found.values())
        assert all(len(set(each)) == len(each) for each in found.values())


def test_locks_say_nothing_of_where_packages_come_from() -> None:
    for lock in (LOCK, TORCH):
        assert not re.search(r"://|--(extra-)?index|--find-links|--trusted", lock)


def test_pip_takes_wheels_with_known_hashes_only_and_asks_pytorchs_index_for_pytorch_alone() -> None:
    assert "PIP_NO_DEPS=1 PIP_ONLY_BINARY=:all: PIP_REQUIRE_HASHES=1" in DOCKERFILE
    assert re.findall(r"pip install (.*?) \\?$", DOCKERFILE, re.MULTILINE) == [
        "-r requirements.lock",
        '--index-url "$PYTORCH_INDEX" -r torch-cpu.lock',
    ]
    assert "extra-index" not in DOCKERFILE


def test_every_stage_stands_on_one_image_that_its_digest_names() -> None:
    (base,) = re.findall(r"^ARG BASE=(\S+)$", DOCKERFILE, re.MULTILINE)
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-trixie" + DIGEST, base)
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) == ["${BASE}", "${BASE}"]
    python = re.findall(r"python(?::|)(3\.\d+)(?=[./])", DOCKERFILE)
    assert len(set(python)) == 1, "the folder of packages is that of the image's Python"
    assert f"cp{python[0].replace('.', '')}-" in TORCH


def test_no_image_has_a_tag_that_moves_away() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    services = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))["services"]
    images = {name: service["image"] for name, service in services.items()}
    assert re.fullmatch(r"nginx:\d+\.\d+-alpine" + DIGEST, images.pop("nginx"))
    assert set(images.values()) == {f"gradwalk:{version}"}
    for path in (ROOT / "deploy" / "kubernetes").rglob("kustomization.yaml"):
        for image in yaml.safe_load(path.read_text(encoding="utf-8")).get("images", []):
            assert image["newTag"] == version


def test_hadolint_finds_nothing() -> None:
    done = subprocess.run([HADOLINT, "--no-color", ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_hadolint_would_find_something() -> None:
    done = subprocess.run([HADOLINT, "-"], input="FROM python:latest\nRUN cd /x && sudo ls\n", text=True, check=False,
                          capture_output=True)  # fmt: skip
    assert done.returncode
    assert all(rule in done.stdout for rule in ("DL3007", "DL3003", "DL3004"))


def test_what_the_dockerfile_copies_is_there_and_reaches_it() -> None:
    kept = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = [
        line.split()[1:-1] for line in DOCKERFILE.splitlines() if line.startswith("COPY ") and "--from" not in line
    ]
    for path in [path for paths in copied for path in paths]:
        assert (ROOT / path).exists()
        assert f"!{path}" in kept


# The licences' texts


def test_every_package_has_its_licences_text(tmp_path: Path) -> None:
    assert gather([distribution(name) for name in PINNED], tmp_path) == []
    folders = {path.name for path in tmp_path.iterdir()}
    assert folders == {f"{name}-{distribution(name).version}" for name in PINNED}
    assert all(path.stat().st_size for path in tmp_path.rglob("*"))
    assert "Permission is hereby granted" in (tmp_path / "latex2mathml-3.81.1" / "latex2mathml.txt").read_text()


def test_texts_that_stand_here_are_of_packages_that_bring_none() -> None:
    for path in LACKING.iterdir():
        assert texts(distribution(path.stem)) == [path]


def test_a_package_without_a_text_is_told(tmp_path: Path) -> None:
    metadata = tmp_path / "other-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: Other_Name\nVersion: 1.0\n")
    (metadata / "RECORD").write_text("other-1.0.dist-info/METADATA,,\n")
    assert gather([Distribution.at(metadata)], tmp_path / "texts") == ["other-name"]


@pytest.mark.parametrize("file", ["LICENSE", "licenses/LICENSE.txt", "COPYING", "NOTICE.md"])
def test_where_a_package_keeps_its_text(tmp_path: Path, file: str) -> None:
    metadata = tmp_path / "other-1.0.dist-info"
    (metadata / file).parent.mkdir(parents=True)
    (metadata / file).write_text("The text.")
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
    (metadata / "RECORD").write_text(f"other-1.0.dist-info/METADATA,,\nother-1.0.dist-info/{file},,\n")
    assert [path.read_text() for path in texts(Distribution.at(metadata))] == ["The text."]
