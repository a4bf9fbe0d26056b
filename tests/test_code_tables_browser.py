"""What comes as HTML stands under its cell as a table, cleaned; and a saved notebook has what Jupyter's would have."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Page, expect

from gradwalk.address.program import to_query
from tests.conftest import CheckAxe
from tests.test_code_browser import CodePage

PROGRAM = """# %%
import pandas as pd
frame = pd.DataFrame({"loss": [0.25, 0.125], "note": ["<b>first</b>", "a & b"]})
frame
# %%
from IPython.display import HTML, Markdown
HTML("<p onclick='document.title = 1'>An <b>answer</b><img src='https://example.org/x.png'><style>p {display: none}"
     "</style><script>document.title = 'taken'</script></p>")
# %%
Markdown("**sure** $x^2$")
# %%
HTML("<script>document.title = 'taken'</script>")
"""


def test_a_table_is_laid_out_and_nothing_in_it_runs(page: Page, axe: CheckAxe) -> None:
    shown = CodePage(page).open(to_query(PROGRAM))
    table = shown.output(0).get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_text(["loss", "note"])
    expect(table.get_by_role("cell")).to_have_text(["", "0.250", "<b>first</b>", "0.125", "a & b"])
    expect(shown.output(1)).to_have_text("An answerPicture: x.png")
    expect(shown.output(1).locator("img, style, script, [onclick]")).to_have_count(0)
    expect(shown.output(2).locator("strong")).to_have_text("sure")
    expect(shown.output(2).locator("math")).to_have_count(1)
    expect(shown.output(3)).to_have_text("<IPython.core.display.HTML object>")
    expect(page).to_have_title("Code · Gradwalk")
    axe(page)


def test_it_is_saved_in_both_forms(page: Page, tmp_path: Path) -> None:
    shown = CodePage(page).open(to_query(PROGRAM))
    expect(shown.output(0).get_by_role("table")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_label("Save as").select_option("outputs")
    download.value.save_as(tmp_path / "saved")
    cells = json.loads((tmp_path / "saved").read_text())["cells"]
    (shown_there,) = cells[0]["outputs"]
    assert "".join(shown_there["data"]["text/plain"]).split("\n")[0] == "    loss          note"
    assert "<td>&lt;b&gt;first&lt;/b&gt;</td>" in "".join(shown_there["data"]["text/html"])
    assert shown_there["output_type"] == "execute_result"
