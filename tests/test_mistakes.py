"""Mistakes of ours on the real server: visitors read a sentence, and the log holds nothing of what they typed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from random import Random
from urllib.request import urlopen

import pytest

from benchmarks.visiting.server import Server, server
from benchmarks.visiting.session import Session
from benchmarks.visiting.visitor import EXPRESSION, Visitor
from components.shared.mistakes import SENTENCE
from tests.process import in_a_loop_of_its_own

pytestmark = pytest.mark.browser

# What breaks does so for who asks for it: by a number in an expression, by so many epochs of a training.
BREAKER = """
import importlib.util, sys
def player(module):
    real = module.player
    def player(**given):
        if "1357" in given["query"]:
            raise KeyError("secret " + given["query"])
        real(**given)
    module.player = player
def stage(module):
    real, staged = module.scene, module.stage
    def scene(setting):
        if setting.epochs == 1357:
            raise KeyError("secret")
        return real(setting)
    def add_layer():
        raise KeyError("secret")
    def stage(setting, entry, error, at, query, _):
        staged(setting, entry, error, at, query, add_layer)
    module.scene, module.stage = scene, stage
WHAT = {"components.player": player, "components.training.stage": stage}
class Breaker:
    def find_spec(self, name, path=None, target=None):
        if name not in WHAT:
            return None
        breaks = WHAT.pop(name)
        spec = importlib.util.find_spec(name)
        load = spec.loader.exec_module
        def exec_module(module):
            load(module)
            breaks(module)
        spec.loader.exec_module = exec_module
        return spec
sys.meta_path.insert(0, Breaker())
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("broken")
    (folder / "sitecustomize.py").write_text(BREAKER, encoding="utf-8")
    path = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
    with server({"PYTHONPATH": path}) as running:
        yield running


def counted(running: Server, page: str) -> float:
    with urlopen(f"{running.http}/metrics") as answer:  # noqa: S310 - our own server on loopback
        lines = answer.read().decode().splitlines()
    found = [line for line in lines if line.startswith(f'gradwalk_mistakes_total{{page="{page}"}}')]
    return float(found[0].split()[-1]) if found else 0.0


def told(running: Server) -> list[str]:
    """The mistakes in the log, which nowhere holds what somebody typed."""
    log = running.log()
    assert "secret" not in log
    assert "1357" not in log
    assert "Traceback" not in log
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    return [line["error"].split()[0] for line in lines if line["event"] == "mistake"]


def test_a_view_that_breaks_leaves_the_form(running: Server) -> None:
    async def visit() -> None:
        visitor = await Visitor.come(running.ws, Random(1), EXPRESSION)
        await visitor.edit({"text": "z = x * 1357"})
        assert visitor.session.said == [SENTENCE]
        assert visitor.session.data(EXPRESSION.key)["answered"] == visitor.count
        await visitor.edit({"text": "z = x * 2"})
        assert visitor.session.said == []
        await visitor.session.close()

    before = counted(running, "expression")
    in_a_loop_of_its_own(visit())
    assert counted(running, "expression") == before + 1
    assert "KeyError" in told(running)


def test_a_part_that_runs_by_itself_breaks_in_a_sentence_too(running: Server) -> None:
    async def visit() -> None:
        session = await Session.open(running.ws, "perceptron", "view=train&epochs=1357")
        assert session.said == [SENTENCE]
        await session.close()
        session = await Session.open(running.ws, "perceptron", "view=train&fault=dead")
        assert session.said == []
        await session.press("training-add-layer")
        assert session.said == [SENTENCE]
        await session.close()

    before = len(told(running))
    in_a_loop_of_its_own(visit())
    assert len(told(running)) == before + 2
    assert counted(running, "script") + counted(running, "perceptron") >= 2
