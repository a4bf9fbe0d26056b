"""The page Code, run without a browser: what it hands to the editor and the player."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from components.program import KEY
from components.program.entry import Entry, File, Goes, Saving, read_entry
from components.shared.work import run
from gradwalk.address.program import DEFAULT, to_query
from gradwalk.lessons import BY_SLUG, LESSONS, Lesson
from gradwalk.notebook import Cell
from gradwalk.notebook.programs import to_notebook, to_program
from serving.work import Parcel
from tests import visits
from tests.visits import checked, data

SHORT = "import torch\nx = torch.tensor(3.0, requires_grad=True)\ny = x*x\ny.backward()\nx.grad\n"


def visit(query: str = "") -> AppTest:
    return visits.visit("code.py", query)


def send(page: AppTest, **change: object) -> AppTest:
    """What the browser does when somebody types, chooses an example, opens or saves a file."""
    editor = data(page, "notebook")
    entry = {"text": editor["text"], "opened": editor["opened"], "count": editor["answered"] + 1}
    page.session_state[KEY] = {"entry": entry | {"example": None, "file": None, "save": None, "upto": None} | change}
    return checked(page.run())


def shown(page: AppTest) -> str:
    return "\n".join(item["text"] for cell in data(page, "notebook")["cells"] for item in cell["items"])


def test_it_opens_with_the_first_example_already_run() -> None:
    page = visit()
    editor, player = data(page, "notebook"), data(page, "player")
    assert editor["text"] == DEFAULT.source
    assert editor["lesson"] == "1a_derivative"
    assert editor["refusal"] is None
    assert shown(page) == "6\ntensor(9., grad_fn=<PowBackward0>)\ntensor(6.)"
    assert player["query"] == editor["query"] == "lesson=1a_derivative"
    assert player["story"]["code"] == DEFAULT.source
    assert player["stale"] is False


def test_what_is_opened_can_be_read_before_its_one_run_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    happened: list[Any] = []

    def ran_once(source: str) -> Parcel:
        happened.append(source)
        return run(source)

    monkeypatch.setattr("components.program.record.run", ran_once)
    monkeypatch.setattr("components.program._mount", lambda **given: happened.append(given["data"]))
    visit(to_query(SHORT))
    first, ran, last = happened
    assert ran == SHORT
    assert (first["running"], first["cells"], first["parts"]) == (True, [], last["parts"])
    assert (last["running"], last["opened"], last["answered"]) == (False, first["opened"], first["answered"])
    assert [item["text"] for cell in last["cells"] for item in cell["items"]] == ["tensor(6.)"]


def test_an_address_opens_its_program_at_its_step() -> None:
    page = visit(f"{to_query(SHORT)}&step=4")
    assert data(page, "notebook")["text"] == SHORT
    assert data(page, "player")["step"] == 4
    assert shown(page) == "tensor(6.)"


def test_an_address_opens_turns_of_a_long_loop_too() -> None:
    folded = len(data(visit("lesson=6e_network"), "player")["story"]["steps"])
    page = visit("lesson=6e_network&open=51&step=160")
    assert len(data(page, "player")["story"]["steps"]) > folded
    assert data(page, "player")["query"] == data(page, "notebook")["query"] == "lesson=6e_network&open=51"
    send(page, example="1d_leaf")
    assert data(page, "player")["query"] == "lesson=1d_leaf"


def test_an_address_runs_no_more_of_its_program_than_had_run() -> None:
    page = visit(f"{to_query(SHORT, upto=3)}&step=1")
    assert (data(page, "notebook")["text"], data(page, "notebook")["upto"]) == (SHORT, 3)
    assert data(page, "notebook")["query"] == data(page, "player")["query"] == to_query(SHORT, upto=3)
    assert data(page, "player")["story"]["code"] == SHORT.rpartition("y.back")[0].rstrip()
    assert visit(f"{to_query(SHORT)}&upto=0").info[0].value.startswith("The address names no line under upto")


def test_the_player_is_asked_to_go_once_for_each_cell_that_is_run() -> None:
    page = visit(to_query(SHORT))
    assert "goes" not in data(page, "player")
    send(page, text=SHORT, upto=3, goes={"lines": [3, 3]})
    assert data(page, "player")["goes"] == {"count": 1, "step": None, "lines": [3, 3]}
    send(page, text=SHORT)
    assert data(page, "player")["goes"]["count"] == 1


def test_a_tampered_address_gets_the_default_and_says_so() -> None:
    page = visit("code=%3Cscript%3E&step=x")
    assert len(page.info) == 2
    assert data(page, "notebook")["text"] == DEFAULT.source
    assert not send(page, text=SHORT).info


def test_what_is_typed_runs_under_the_same_document() -> None:
    page = visit()
    opened = data(page, "notebook")["opened"]
    send(page, text=SHORT)
    editor, player = data(page, "notebook"), data(page, "player")
    assert editor["opened"] == player["opened"] == opened
    assert editor["answered"] == 1
    assert editor["lesson"] is None
    assert player["query"] == to_query(SHORT)


def test_a_refused_program_stays_and_the_last_good_picture_is_dimmed() -> None:
    page = send(visit(), text=SHORT)
    story = data(page, "player")["story"]
    wrong = SHORT + "#" * 200_000
    send(page, text=wrong)
    editor, player = data(page, "notebook"), data(page, "player")
    assert "characters; at most" in editor["refusal"]["message"]
    assert editor["text"] == wrong
    assert player["stale"] is True
    assert player["story"] == story
    assert player["query"] == to_query(SHORT)


def test_a_program_that_is_too_large_to_be_drawn_has_run_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    page = visit()
    monkeypatch.setattr("gradwalk.graph.dot.MAX_SOURCE", 100)
    send(page, text="import torch\nx = torch.ones(1, requires_grad=True)\n(x*7*7 - x/3).sum()")
    assert "drawn" in data(page, "notebook")["refusal"]["message"]
    assert data(page, "player")["stale"] is True
    assert shown(page) == "tensor(48.6667, grad_fn=<SumBackward0>)"


def test_a_text_that_is_no_python_fails_as_in_a_notebook() -> None:
    page = visit(to_query("x = ("))
    failure = data(page, "notebook")["cells"][0]["items"][-1]
    assert failure["type"] in ("SyntaxError", "_IncompleteInputError")  # Python 3.13's name for what is not finished


def test_a_failure_has_its_message_its_reason_and_its_fix() -> None:
    page = send(visit(), text=SHORT + "y.backward()\n")
    failure = data(page, "notebook")["cells"][0]["items"][-1]
    assert failure["type"] == "RuntimeError"
    assert failure["text"].startswith("Trying to backward through the graph a second time")
    assert failure["why"].startswith("The backward() in line ")
    assert data(page, "notebook")["failed"] == [[6, 1, 6, 13]]
    fix, source = failure["fix"], data(page, "notebook")["text"]
    assert fix["label"] == "y.backward(retain_graph=True)"
    assert fix["tried"] == {
        "mends": True,
        "said": "Tried: with this change the program runs to its end. y is 9; x.grad is 12.",
    }
    send(page, text=source[: fix["start"]] + fix["text"] + source[fix["end"] :])
    assert not data(page, "notebook")["failed"]


def test_changes_are_tried_one_after_the_other_and_the_fourth_waits() -> None:
    cells = ["# %%\nfor turn in tqdm(range(3)):\n    print(turn)\n", *("# %%\ntorch.ones(2).sume()\n" for _ in "123")]
    page = send(visit(), text="import torch\n" + "".join(cells))
    tried = [cell["items"][-1]["fix"]["tried"] for cell in data(page, "notebook")["cells"]]
    assert [one["mends"] for one in tried] == [False, True, True, None]
    assert "No module named 'tqdm'" in tried[0]["said"]
    assert tried[1]["said"] == "Tried: with this change this cell runs to its end."
    assert tried[3]["said"] == "It is tried when what fails above is mended."


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)
def test_every_example_opens(lesson: Lesson) -> None:
    page = visit()
    opened = data(page, "notebook")["opened"]
    send(page, example=lesson.slug)
    editor, player = data(page, "notebook"), data(page, "player")
    assert editor["opened"] == player["opened"] != opened
    assert editor["text"] == lesson.source
    assert editor["lesson"] == lesson.slug
    assert editor["refusal"] is None
    assert player["step"] == 0
    assert player["story"]["steps"]
    assert player["graphs"]


def test_a_notebook_opens_as_its_cells() -> None:
    lesson = BY_SLUG["3a_mean"]
    page = send(visit(), file={"name": "Lecture 3.ipynb", "text": to_notebook(lesson.source)})
    editor = data(page, "notebook")
    assert editor["text"] == to_program(to_notebook(lesson.source))
    assert editor["name"] == "Lecture 3"
    assert "tensor([0.6667, 1.3333, 2.0000])" in shown(page)


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        ({"name": "picture.png", "text": "x"}, "picture.png is neither a notebook (.ipynb) nor Python (.py)."),
        ({"name": "a.ipynb", "text": "x = 1"}, "This is no notebook: a .ipynb file is JSON."),
    ],
)
def test_a_wrong_file_gets_a_sentence_and_nothing_is_lost(file: dict[str, str], sentence: str) -> None:
    page = send(visit(), text=SHORT, file=file)
    editor = data(page, "notebook")
    assert editor["wrong"] == sentence
    assert editor["text"] == SHORT
    assert shown(page) == "tensor(6.)"
    send(page, text=SHORT + "x\n")
    assert data(page, "notebook")["wrong"] is None


def test_cells_are_saved_as_a_notebook_with_what_they_showed() -> None:
    cells = [{"kind": "markdown", "source": "# A"}, {"kind": "code", "source": SHORT.rstrip("\n")}]
    wanted = {"cells": [cell | {"origin": None} for cell in cells], "original": "", "outputs": True}
    page = send(visit(), text=SHORT)
    send(page, text=SHORT, save=wanted)
    saved = data(page, "notebook")["save"]
    assert saved["name"] == "1a_derivative.ipynb"
    assert saved["count"] == data(page, "notebook")["answered"]
    text, code = json.loads(saved["text"])["cells"]
    assert (text["cell_type"], text["source"]) == ("markdown", ["# A"])
    assert code["outputs"][0]["data"]["text/plain"] == ["tensor(6.)"]
    assert "".join(code["source"]) == SHORT.rstrip("\n")
    send(page, text=SHORT, save=wanted | {"original": "no notebook"})
    assert data(page, "notebook")["wrong"].startswith("This is no notebook")
    send(page)
    assert data(page, "notebook")["save"] is None


def test_a_program_that_is_too_long_for_an_address_runs_all_the_same() -> None:
    page = send(visit(), text="\n".join(f"x{n} = {n * 7919 % 10007}" for n in range(2000)))
    editor = data(page, "notebook")
    assert editor["query"] == data(page, "player")["query"] == ""
    assert editor["refusal"] is None


def test_an_entry_for_another_program_changes_nothing() -> None:
    page = send(visit(), text="x = 1", opened="an older one", count=4)
    assert data(page, "notebook")["text"] == DEFAULT.source
    assert data(page, "notebook")["answered"] == 4


def test_after_the_server_has_forgotten_a_visitor_what_the_browser_holds_is_taken_over() -> None:
    page = visits.visit("code.py", held={KEY: {"entry": {"text": SHORT, "opened": "other", "count": 7}}})
    assert data(page, "notebook")["opened"] == "other"
    assert data(page, "notebook")["answered"] == 7
    assert data(page, "notebook")["text"] == SHORT


RAW: dict[str, Any] = {
    "text": "x",
    "opened": "k",
    "count": 1,
    "upto": None,
    "example": None,
    "file": None,
    "save": None,
}


def test_the_entry_is_read_as_the_notebook_sends_it() -> None:
    assert read_entry(RAW) == Entry("x", "k", 1)
    assert read_entry(RAW | {"upto": 3}) == Entry("x", "k", 1, upto=3)
    assert read_entry(RAW | {"goes": {"step": 3}}) == Entry("x", "k", 1, goes=Goes(step=3))
    assert read_entry(RAW | {"goes": {"lines": [3, 4]}}) == Entry("x", "k", 1, goes=Goes(lines=(3, 4)))
    assert read_entry(RAW | {"goes": {"step": -1, "lines": ["3", 4]}}) == Entry("x", "k", 1)
    assert read_entry(RAW | {"file": {"name": "a.py", "text": "y"}}) == Entry("x", "k", 1, file=File("a.py", "y"))
    cells = [{"kind": "code", "source": "x", "origin": 2}]
    saving = Saving((Cell("code", "x", origin=2),), "{}", outputs=True)
    assert read_entry(RAW | {"save": {"cells": cells, "original": "{}", "outputs": True}}) == Entry(
        "x", "k", 1, save=saving
    )


def test_a_text_of_any_length_is_answered_with_a_sentence() -> None:
    page = visit()
    editor = data(send(page, text="[" + "1," * 500_000 + "]"), "notebook")
    assert editor["answered"] == 1
    assert editor["refusal"]["message"].startswith("The program has 1,000,002 characters; at most 200,000 fit here")


@pytest.mark.parametrize(
    "change",
    [
        {"text": 1},
        {"opened": None},
        {"count": True},
        {"count": "1"},
        {"example": 3},
        {"upto": "3"},
    ],
)
def test_anything_else_is_no_entry(change: dict[str, object]) -> None:
    assert read_entry(RAW | change) is None
    assert read_entry([RAW]) is None


@pytest.mark.parametrize(
    "save",
    [
        "ipynb",
        {"cells": [], "original": 1},
        {"cells": [1], "original": ""},
        {"cells": [{"kind": ["code"], "source": ""}], "original": ""},
        {"cells": [{"kind": "code", "source": "", "origin": "0"}], "original": ""},
        {"cells": [{"kind": "code", "source": "", "origin": None}] * 1001, "original": ""},
    ],
)
def test_what_cannot_be_saved_is_not(save: object) -> None:
    entry = read_entry(RAW | {"save": save})
    assert entry is not None
    assert entry.save is None
