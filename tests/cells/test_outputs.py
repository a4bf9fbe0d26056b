"""What is kept of what a program shows, and what of its work is recorded or left out for it."""

from __future__ import annotations

import ctypes
import re
import subprocess
import threading
import time

import pytest

from gradwalk.cells import record
from gradwalk.cells.descriptors import Descriptors
from gradwalk.cells.room import Room, Size
from gradwalk.program.limits import Limits
from gradwalk.recording import Assigned, BackwardCall, Cleared, Output, Recording, Statement, Update
from gradwalk.recording.png import png_width


def notices(recording: Recording) -> list[str]:
    return [event.text for event in recording.events if isinstance(event, Output) and event.stream == "notice"]


def test_what_timeit_runs_takes_no_room_and_what_it_changes_is_told() -> None:
    found = record(
        "import torch\nx = torch.ones(3, requires_grad=True)\nw = torch.zeros(2)\n"
        "%timeit -n 3 -r 2 (x * 2).sum().backward(); w.add_(1)\n"
        "y = (x * 3).sum()\ny.backward()\n# %%\n"
        "%timeit -n 1 -r 1 x.grad = None\n# %%\nx.grad, w"
    )
    assert [cell.failure for cell in found.cells] == [None] * 3
    assert found.cells[2].shown == "(None, tensor([6., 6.]))"
    assert len(found.operations) == 2
    assert [event.span and event.span.line for event in found.events if isinstance(event, BackwardCall)] == [6]
    assert [event.bindings[0].name for event in found.events if isinstance(event, Statement)] == ["x", "w", "y"]
    given = [event for event in found.events if isinstance(event, Assigned)]
    assert [(found.values[event.leaf].names, found.values[event.value].numbers) for event in given] == [
        (("x",), (12.0, 12.0, 12.0))
    ]
    assert [found.values[event.after].numbers for event in found.events if isinstance(event, Update)] == [(6.0, 6.0)]
    assert [event.span and event.span.line for event in found.events if isinstance(event, Cleared)] == [8]
    assert [notice.partition(".")[0] for notice in notices(found)] == ["%timeit runs its code again and again"] * 2


def test_what_is_taken_away_gives_its_room_back() -> None:
    room = Room(10, 1)
    room.take(Size(4), "a")
    room.cell()
    assert room.change("a", Size(3))
    room.take(Size(3), "a")
    assert room.left == (4, 1)
    assert not room.change("a", Size(6))
    assert not room.change("a", Size(3, 1))
    assert room.change("a", Size(5))
    assert room.left == (0, 1)
    room.clear()
    assert room.left == (5, 1)
    assert room.change("a", Size(0, 1))
    assert room.left == (10, 0)
    assert not room.change("b", Size(1))


def test_output_is_cut_once_and_goes_on_where_it_was_cleared() -> None:
    found = record(
        "from IPython.display import clear_output\nprint('x' * 30)\nprint('y')\n"
        "clear_output()\nprint('z')\n# %%\nprint('a' * 100)",
        limits=Limits(output=20),
    )
    assert [cell.shown for cell in found.cells] == ["z", "a" * 18]
    assert len(notices(found)) == 2


def test_what_is_cleared_leaves_everything_else_where_it_is() -> None:
    source = (
        "import torch\nfrom IPython.display import clear_output, display\nx = torch.tensor(2.0, requires_grad=True)\n"
        "print('first')\nkept = display('before', display_id=True)\n# %%\nfor i in range(3):\n"
        "    y = x * i\n    print(i)\n    display(i)\n    clear_output(wait=True)\n    y.backward()\nprint('end')\n"
        "kept.update('after')\n# %%\nprint(x.grad)\nclear_output()\n"
    )
    found, plain = record(source), record(re.sub(r"print\(i\)|display\(i\)|clear_output\(.*?\)", "pass", source))
    assert [cell.shown for cell in found.cells] == ["first\n'after'", "end", ""]
    shown = [event.text for event in found.events if isinstance(event, Output)]
    assert shown == ["first\n", "'after'", "end\n"]
    others = [[type(e) for e in each.events if not isinstance(e, Output)] for each in (found, plain)]
    assert others[0] == others[1]


def test_a_display_that_would_grow_too_large_stays_as_it_is() -> None:
    found = record(
        "from IPython.display import display\nshown = display('a', display_id=True)\nshown.update('b' * 100)",
        limits=Limits(output=20),
    )
    assert found.cells[0].shown == "'a'"


def test_floods_past_python_are_bounded() -> None:
    kept: list[tuple[str, str]] = []
    with Descriptors(lambda stream, text: kept.append((stream, text)), 1000, alone=False):
        subprocess.run(["sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' 'x'; echo err >&2"], check=True)
    assert kept == [("print", "x" * 1000), ("stderr", "err\n")]


def test_in_a_thread_the_descriptors_belong_to_the_rest_of_the_process(capfd: pytest.CaptureFixture[str]) -> None:
    found: list[Recording] = []
    thread = threading.Thread(target=lambda: found.append(record("import os\nos.write(2, b'a log');\nprint(1)")))
    thread.start()
    thread.join()
    assert found[0].cells[0].shown == "1"
    assert capfd.readouterr().err == "a log"


def test_alone_nobody_waits_for_a_reader() -> None:
    kept: list[tuple[str, str]] = []
    before = threading.active_count()
    with Descriptors(lambda stream, text: kept.append((stream, text)), 1 << 20, alone=True):
        assert threading.active_count() == before
        begin = time.monotonic()
        for _ in range(100):
            ctypes.CDLL(None).write(1, b"x" * 10_000, 10_000)
        assert time.monotonic() - begin < 10
    assert kept[0][0] == "print"
    assert set(kept[0][1]) == {"x"}


def test_a_figure_is_the_same_in_each_run() -> None:
    """matplotlib gives points of many colours, images and clips names that are others each time."""
    plot = (
        "import matplotlib.pyplot as plt\nplt.scatter([1, 2], [1, 3], c=[0.1, 0.9])\nplt.imshow([[0, 1], [1, 0]])\n"
        "plt.show()\n"
    )
    one, other = ([e.text for e in record(plot).events if isinstance(e, Output)] for _ in range(2))
    assert len(one) == 1
    assert one[0].startswith("<svg")
    assert one == other


def test_a_retina_figure_says_how_dense_it_is_as_jupyter_writes_it() -> None:
    plot = "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2]);"
    pictures = [
        event
        for kind in ("png", "retina")
        for event in record(f"%config InlineBackend.figure_format = '{kind}'\n{plot}").events
        if isinstance(event, Output) and event.mime == "image/png"
    ]
    assert [event.density for event in pictures] == [1, 2]
    plain, retina = (png_width(event.text) for event in pictures)
    assert abs(retina - 2 * plain) <= 2
    data = {"image/png": pictures[1].text, "text/plain": "x"}
    other = record(f"from IPython.display import display\ndisplay({data}, raw=True)")
    [event] = [event for event in other.events if isinstance(event, Output)]
    assert event.density == 1
    assert png_width("no PNG") == 0


def test_what_a_plot_does_with_tensors_is_no_operation_of_the_program() -> None:
    source = "import torch\nimport matplotlib.pyplot as plt\nx = torch.linspace(0, 1, 20)\ny = x**2\n"
    source += "plt.scatter(x, y)\nplt.plot(x, y)\nplt.show()\nfirst, second = y[:2]\n"
    found = record(source)
    assert [operation.kernel.split(".")[0] for operation in found.operations] == ["pow", "slice", "unbind"]
    assert any("image/svg+xml" in str(event) for event in found.events)


def test_a_table_is_kept_as_it_is_laid_out_with_the_text_that_stands_for_it() -> None:
    source = "import pandas as pd\nframe = pd.DataFrame({'a': [1, 2], 'b': ['x', '<i>']})\n"
    (shown,) = [e for e in record(f"{source}frame").events if isinstance(e, Output)]
    (oracle,) = [e for e in record(f"{source}print(frame._repr_html_())").events if isinstance(e, Output)]
    assert (shown.stream, shown.mime, shown.text) == ("result", "text/html", oracle.text.removesuffix("\n"))
    assert shown.alternative == "   a    b\n0  1    x\n1  2  <i>"
    (large,) = [
        e
        for e in record("from IPython.display import HTML\nHTML('x' * 300_000)").events
        if isinstance(e, Output) and e.stream == "result"
    ]
    assert (large.mime, large.text) == ("text/plain", "<IPython.core.display.HTML object>")
    many = record(f"{source}for _ in range(102):\n    display(frame)")
    kinds = [e.mime for e in many.events if isinstance(e, Output)]
    assert kinds == ["text/html"] * 100 + ["text/plain"] * 2
