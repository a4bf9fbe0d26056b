"""Settings: read from an environment, refused in a sentence, and all of them told in docs/hosting.md."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from gradwalk.settings import SettingError, Settings, read, unknown, variable

HOSTING = Path(__file__).resolve().parent.parent / "docs" / "hosting.md"


def test_an_empty_environment_leaves_everything_as_usual() -> None:
    assert read({}) == Settings()
    assert read({"GRADWALK_OUTPUT": ""}) == Settings()


def test_a_setting_is_read_as_what_it_is() -> None:
    settings = read({"GRADWALK_OUTPUT": "5000", "GRADWALK_SECONDS": "0.5", "GRADWALK_LOG_LEVEL": "ERROR"})
    assert (settings.output, settings.seconds, settings.log_level) == (5000, 0.5, "ERROR")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("GRADWALK_OUTPUT", "many", "a whole number from 1000 to"),
        ("GRADWALK_OUTPUT", "1e4", "a whole number from 1000 to"),
        ("GRADWALK_OUTPUT", "10", "a whole number from 1000 to"),
        ("GRADWALK_PROCESSES", "65", "a whole number from 0 to 64"),
        ("GRADWALK_SECONDS", "nan", "a number from 0.1 to 300, such as 10, and is 'nan'"),
        ("GRADWALK_SECONDS", "inf", "a number from 0.1 to 300"),
        ("GRADWALK_LAYOUT_SECONDS", "-1", "a number from 0.05 to 300, such as 5, and is '-1'"),
        ("GRADWALK_FRAME_ANCESTORS", "'self'; script-src *", "https://school.example"),
        ("GRADWALK_FRAME_ANCESTORS", "'self'\r\nSet-Cookie: a=b", "https://school.example"),
        ("GRADWALK_LOG_LEVEL", "loud", "DEBUG, INFO, WARNING or ERROR, and is 'loud'"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(name: str, text: str, words: str) -> None:
    with pytest.raises(SettingError, match=name) as refused:
        read({name: text})
    assert words in str(refused.value)


def test_a_refused_secret_is_not_repeated() -> None:
    with pytest.raises(SettingError) as refused:
        read({"GRADWALK_METRICS_TOKEN": "too short"})
    assert "too short" not in str(refused.value)


def test_names_that_are_no_settings_are_told_apart_from_those_of_kubernetes() -> None:
    environment = dict.fromkeys(
        ("GRADWALK_OUTPUT", "GRADWALK_STEPS", "GRADWALK_SERVICE_HOST", "GRADWALK_PORT", "PATH"), "1"
    )
    assert unknown(environment) == ["GRADWALK_STEPS"]


def test_docs_hosting_tells_every_setting_and_what_it_is_unless_set() -> None:
    rows = re.findall(r"^\| `(GRADWALK_\w+)` \| ([^|]+) \|", HOSTING.read_text(encoding="utf-8"), re.MULTILINE)
    told = {name: usual.strip().replace(",", "") for name, usual in rows}
    usual = {variable(one.name): usual_of(one.name) for one in fields(Settings)}
    assert told == usual


def usual_of(name: str) -> str:
    by_cores = {"processes": "one a core", "long_processes": "half of them"}
    value = getattr(Settings(), name)
    if isinstance(value, str):
        return f"`{value}`" if value else "none"
    return by_cores.get(name, f"{value:g}" if isinstance(value, float) else str(value))


def test_a_program_that_imports_the_library_reads_them_once() -> None:
    program = "from gradwalk.program.limits import LIMITS; print(LIMITS.output)"
    environment = os.environ | {"GRADWALK_OUTPUT": "2500"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "2500\n"


def test_a_server_with_a_setting_that_cannot_be_used_ends_with_the_sentence() -> None:
    environment = os.environ | {"GRADWALK_OUTPUT": "abc"}
    done = subprocess.run(
        [sys.executable, "-c", "import app"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.strip() == (
        "GRADWALK_OUTPUT should be a whole number from 1000 to 1000000, such as 100000, and is 'abc'."
    )
