"""ES modules put together into one, run by the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from gradwalk.player import FOLDER
from gradwalk.player.modules import ModuleError, bundled

RUN = """async (text) => {
  const module = await import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
  return module.default();
}"""


def entry_of(folder: Path, **modules: str) -> Path:
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
    return folder / "entry.js"


def test_names_of_different_modules_do_not_meet(browser: Browser, tmp_path: Path) -> None:
    entry = entry_of(
        tmp_path,
        entry='import { a } from "./a.js";\nimport { b } from "./b.js";\n'
        "export default function () { return [a(), b]; }",
        a='import { b } from "./b.js";\n\nconst own = "a";\nexport function a() { return own + b; }\n',
        b='/* import { c } from nowhere */\nconst own = "b";\nexport const b = own;\n',
    )
    page = browser.new_page()
    found: Any = page.evaluate(RUN, bundled(entry))
    page.close()
    assert found == ["ab", "b"]


def test_a_module_runs_once_and_before_those_that_import_it(browser: Browser, tmp_path: Path) -> None:
    log = "globalThis.log = [...(globalThis.log || []), "
    entry = entry_of(
        tmp_path,
        entry=f'import {{ a }} from "./a.js";\nimport {{ b }} from "./b.js";\n{log}"entry"];\n'
        "export default function () { return [globalThis.log, a, b]; }\n",
        a=f'import {{ b }} from "./b.js";\n{log}"a"];\nexport const a = b + 1;\n',
        b=f'{log}"b"];\nexport const b = 1;\n',
    )
    page = browser.new_page()
    found: Any = page.evaluate(RUN, bundled(entry))
    page.close()
    assert found == [["b", "a", "entry"], 2, 1]


@pytest.mark.parametrize(
    ("modules", "said"),
    [
        (
            {"entry": 'import { a } from "./a.js";\n', "a": 'import { b } from "./entry.js";\nexport const a = 1;\n'},
            "b",
        ),
        (
            {
                "entry": 'import { a } from "./a.js";\n',
                "a": 'import { b } from "./b.js";\nexport const a = 1;\n',
                "b": 'import { a } from "./a.js";\nexport const b = 1;\n',
            },
            "circle: ",
        ),
        ({"entry": 'import { a } from "./a.js";\n', "a": "const a = 1;\n"}, "no such name"),
        ({"entry": 'import a from "./a.js";\n', "a": "export const a = 1;\n"}, 'entry.js: "import a from'),
        ({"entry": 'import { a } from "./a.js";\n', "a": "export let a = 1;\n"}, 'a.js: "export let a'),
        ({"entry": 'import { a } from "./a.js";\n', "a": "export default function () {}\n"}, "default export"),
    ],
)
def test_what_it_does_not_read_is_refused(tmp_path: Path, modules: dict[str, str], said: str) -> None:
    with pytest.raises(ModuleError, match=said):
        bundled(entry_of(tmp_path, **modules))


def test_every_module_of_the_player_is_a_part_of_it() -> None:
    """And nothing in it imports from outside: the folder can be served as it is."""
    text = "".join(bundled(FOLDER / f"{entry}.js") for entry in ("standalone", "loader"))
    assert all(path.read_text(encoding="utf-8").splitlines()[0] in text for path in FOLDER.glob("*.js"))
    assert not any('from "../' in path.read_text(encoding="utf-8") for path in FOLDER.glob("*.js"))
