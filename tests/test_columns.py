"""Steps as columns: the player makes the same steps of them."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page

from gradwalk.player import FOLDER
from gradwalk.player.modules import bundled
from gradwalk.story.columns import columns

STEPS: list[dict[str, Any]] = [
    {"phase": None, "kind": "start", "now": []},
    {"phase": 0, "kind": "forward", "now": ["o1", "e1.0"], "cell": 0, "ask": {"of": ["x"]}},
    {"phase": 0, "kind": "local", "now": ["o1"], "cell": None},
]
ROWS = """async ([script, data]) => {
  const { default: rows } = await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
  return rows(data);
}"""


def test_there_are_steps_of_columns_again(page: Page) -> None:
    script = bundled(FOLDER / "unpack.js").replace("export ", "") + "\nexport default rows;"
    assert page.evaluate(ROWS, [script, columns(STEPS)]) == STEPS
    assert page.evaluate(ROWS, [script, columns([])]) == []
    assert json.loads(json.dumps(columns(STEPS)))["all"].keys() == {"phase", "kind", "now"}
