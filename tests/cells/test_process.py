"""A program finds a new process, and leaves the process as it was."""

from __future__ import annotations

import builtins
import gc
import random
import re
import subprocess
import sys
import threading
import warnings
import weakref
from pathlib import Path
from types import FrameType
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
import torch
from torch.autograd import forward_ad

from gradwalk.cells import record
from gradwalk.cells.process import PROCESS, builtins_put_back
from gradwalk.cells.thread import THREAD
from tests.process import global_state

ROOT = Path(__file__).resolve().parents[2]

CHANGES = dict(
    part.split("\n", 1)
    for part in re.split(
        "^# %%%% ",
        """\
# %%%% default dtype
import torch
torch.set_default_dtype(torch.float64)
# %%%% default device
import torch
torch.set_default_device('meta')
# %%%% print options
import torch
torch.set_printoptions(precision=1, sci_mode=True)
# %%%% grad mode
import torch
torch.set_grad_enabled(False)
# %%%% a no_grad entered for ever
import torch
torch.no_grad().__enter__()
# %%%% anomaly mode
import torch
torch.autograd.set_detect_anomaly(True)
# %%%% deterministic
import torch
torch.use_deterministic_algorithms(True)
# %%%% threads
import torch
torch.set_num_threads(torch.get_num_threads() + 1)
# %%%% precision
import torch
torch.set_float32_matmul_precision('medium')
# %%%% autocast
import torch
torch.autocast('cpu').__enter__()
# %%%% draws
import torch, random
import numpy as np
torch.manual_seed(7)
random.seed(7)
np.random.seed(7)
torch.rand(3)
# %%%% NumPy's print options
import numpy as np
np.set_printoptions(precision=1)
# %%%% NumPy's errors
import numpy as np
np.seterr(all='raise')
# %%%% warning filters
import warnings
warnings.simplefilter('error')
warnings.showwarning = None
# %%%% module hooks
import torch
torch.nn.modules.module.register_module_forward_hook(lambda *a: None)
# %%%% a function mode
import torch
from torch.overrides import TorchFunctionMode
class M(TorchFunctionMode): pass
M().__enter__()
# %%%% a dispatch mode
import torch
from torch.utils._python_dispatch import TorchDispatchMode
class M(TorchDispatchMode):
    def __torch_dispatch__(self, f, t, a=(), k=None): return f(*a, **(k or {}))
M().__enter__()
# %%%% saved tensors
import torch
torch.autograd.graph.saved_tensors_hooks(lambda x: x, lambda x: x * 100).__enter__()
# %%%% a dual level
import torch.autograd.forward_ad as fwAD
fwAD.enter_dual_level()
# %%%% patched
import torch
torch.Tensor.backward = None
torch.Tensor.more = 1
torch.nn.Module.__call__ = None
import torch.nn.functional as F
F.relu = None
# %%%% validation
import torch
torch.distributions.Distribution.set_default_validate_args(False)
# %%%% builtins
import builtins
builtins.print = None
builtins.more = 1
del builtins.len
# %%%% streams
import sys, io
sys.stdout = io.StringIO()
sys.stderr = None
sys.stdin = None
# %%%% hooks of Python
import sys
sys.excepthook = sys.displayhook = sys.unraisablehook = None
# %%%% arguments and paths
import sys, os
sys.argv.append('x')
sys.path.insert(0, '/x')
os.environ['X_OF_A_TEST'] = '1'
# %%%% the folder
import os
os.chdir('/')
# %%%% recursion
import sys
sys.setrecursionlimit(5000)
# %%%% garbage
import gc
gc.disable()
gc.set_threshold(1)
# %%%% logging
import logging
logging.basicConfig(level=10)
# %%%% matplotlib
import matplotlib.pyplot as plt
plt.rcParams['lines.linewidth'] = 9
plt.figure()
1 / 0
# %%%% matplotlib's backend
import matplotlib.pyplot as plt
plt.switch_backend('agg')
plt.ion()
# %%%% a failure
1 / 0
# %%
x = (
""",
        flags=re.MULTILINE,
    )[1:]
)


def state() -> dict[str, Any]:
    kept = {f"{number}": kept.get() for number, kept in enumerate((*THREAD, *PROCESS))}
    rest = {"rcParams": dict(mpl.rcParams), "main": sys.modules["__main__"], "builtins": dict(vars(builtins))}
    return global_state() | kept | rest


@pytest.mark.parametrize("name", CHANGES)
def test_what_a_program_changes_is_put_back(name: str) -> None:
    import matplotlib.pyplot as plt

    figures = plt.get_fignums()
    before = state()
    record(CHANGES[name])
    after = state()
    assert {key for key in before if differs(before[key], after[key])} == set()
    assert plt.get_fignums() == figures


def test_a_signal_finds_the_built_in_names_at_any_moment() -> None:
    """A handler may run between any two lines while what a program did to them ends."""
    names, missing = vars(builtins), []

    def look(frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code.co_filename.endswith("gradwalk/cells/process.py") and "len" not in names:
            missing.append(frame.f_lineno)
        return look

    outside = sys.gettrace()
    with builtins_put_back():
        builtins.more = 1  # type: ignore[attr-defined]
        sys.settrace(look)
        sys._getframe().f_trace = look
    sys.settrace(outside)
    assert not missing
    assert "more" not in names


def differs(before: Any, after: Any) -> bool:
    return before is not after and bool(before != after)


@pytest.mark.parametrize("name", CHANGES)
def test_the_next_program_does_not_hear_of_it(name: str) -> None:
    following = """\
import torch, random, warnings
import numpy as np
x = torch.tensor([1 / 3, 2.0], requires_grad=True)
y = (x.exp() * 2).sum()
y.backward()
print(x, y, x.grad, torch.rand(2), random.random(), np.random.rand(), np.array([1 / 3]))
warnings.warn("hear me")
torch.nn.functional.relu(x)
"""
    expected = record(following)
    record(CHANGES[name])
    after = record(following)
    assert after.cells == expected.cells
    assert after.events == expected.events


GENERATORS = {
    "saved tensors": "torch.autograd.graph.saved_tensors_hooks(lambda x: x, lambda x: x * 100)",
    "no saved tensors": "torch.autograd.graph.disable_saved_tensors_hooks('no')",
    "no_grad": "torch.no_grad()",
    "enable_grad": "torch.enable_grad()",
    "inference": "torch.inference_mode()",
    "a dual level": "torch.autograd.forward_ad.dual_level()",
    "anomaly": "torch.autograd.detect_anomaly()",
    "a device": "torch.device('meta')",
    "autocast": "torch.autocast('cpu')",
}


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("context", GENERATORS.values(), ids=GENERATORS)
def test_a_suspended_generator_has_no_effect_afterwards(context: str) -> None:
    before = state()
    record(f"import torch\ndef g():\n    with {context}:\n        yield 1\nkept = g()\nnext(kept)")
    for look in range(2):  # the second time after whatever was left has been collected
        after = state()
        assert {key for key in before if differs(before[key], after[key])} == set(), look
        x = torch.tensor(3.0, requires_grad=True)
        (x.exp() * 2).backward()  # type: ignore[no-untyped-call]
        assert x.grad is not None
        assert x.grad.item() == (torch.tensor(3.0).exp() * 2).item()
        gc.collect()


def test_weights_cast_in_one_turn_are_cast_anew_in_the_next_whatever_ran_before() -> None:
    """In an autocast that is never left they are kept, and the next turn would go through the old graph."""
    source = "import torch\nw = torch.ones(2, 2, requires_grad=True)\nfor _ in range(2):\n"
    source += "    with torch.autocast('cpu', dtype=torch.bfloat16):\n        (w @ w).sum().backward()\n"
    record("import torch\ntorch.autocast('cpu').__enter__()")
    kernels = [operation.kernel for operation in record(source).operations]
    assert kernels[: len(kernels) // 2] == kernels[len(kernels) // 2 :]


def test_a_run_inside_of_other_modes() -> None:
    """Whoever calls may be anywhere: the program runs as in a new process, and the caller goes on as before."""
    plain = record("import torch\nx = torch.ones(2, requires_grad=True)\n(x * 2).sum().backward()\nx.grad")
    with torch.no_grad(), torch.inference_mode(), forward_ad.dual_level(), warnings.catch_warnings(action="error"):
        inside = record(plain.source)
        assert not torch.is_grad_enabled()
        assert torch.is_inference_mode_enabled()
        assert forward_ad._current_level == 0
    assert inside == plain


def test_every_run_begins_with_the_same_draws() -> None:
    source = "import torch, random\nimport numpy as np\ntorch.rand(3), random.random(), np.random.rand()"
    torch.manual_seed(5)
    random.seed(5)
    np.random.seed(5)
    assert record(source) == record(source)


def test_nothing_of_a_program_lives_on() -> None:
    found: list[weakref.ref[Any]] = []
    sys.modules["a_module_of_the_test"] = module = type(sys)("a_module_of_the_test")
    module.found = found  # type: ignore[attr-defined]
    try:
        record(
            "import weakref, torch, a_module_of_the_test as m\n"
            "class Thing: pass\n"
            "a, b, c, d = (Thing() for _ in range(4))\n"
            "w = torch.ones(2, requires_grad=True)\n"
            "m.found += [weakref.ref(thing) for thing in (Thing, a, b, c, d, w)]\n"
            "a.self = a\n"
            "b\n"
            "# %%\n"
            "def f():\n"
            "    mine = c\n"
            "    raise ValueError(mine)\n"
            "f()\n"
            "# %%\n"
            "def g():\n    yield d\n"
            "kept = g(); next(kept)\n"
            "hook = w.register_hook(lambda grad: w)\n"
        )
        gc.collect()
        assert [reference() for reference in found] == [None] * 6
    finally:
        del sys.modules["a_module_of_the_test"]


def test_threads_have_their_own_output(capsys: pytest.CaptureFixture[str]) -> None:
    """One that was there before prints where it printed; one that the program starts prints into its cell."""
    started, done = threading.Event(), threading.Event()

    def work() -> None:
        started.wait()
        print("from outside")
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    sys.modules["events_of_the_test"] = module = type(sys)("events_of_the_test")
    module.started, module.done = started, done  # type: ignore[attr-defined]
    try:
        recording = record(
            "import threading, events_of_the_test as e\ne.started.set()\ne.done.wait()\n"
            "t = threading.Thread(target=lambda: print('from inside'))\nt.start()\nt.join()"
        )
    finally:
        thread.join()
        del sys.modules["events_of_the_test"]
    assert recording.cells[0].shown == "from inside"
    assert capsys.readouterr().out == "from outside\n"


def test_a_run_inside_of_a_run() -> None:
    recording = record("import gradwalk.cells as c\nc.record('print(1)\\n1 / 0').cells[0].shown\n# %%\nprint(2)")
    assert recording.cells[0].failure is not None
    assert "inside of one another" in recording.cells[0].failure.message
    assert recording.cells[1].shown == "2"


def test_inside_of_somebody_elses_ipython() -> None:
    """Called from a notebook, the notebook's own shell is put back."""
    program = """
from IPython.core.interactiveshell import InteractiveShell
from IPython import get_ipython
mine = InteractiveShell.instance()
from gradwalk.cells import record
assert record("get_ipython().ours = 1\\nx = 1\\nget_ipython()").cells[0].failure is None
assert get_ipython() is mine and not hasattr(mine, "ours") and "x" not in mine.user_ns
print("well")
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("well\n", 0), done.stderr


def test_nothing_is_written_to_disk(tmp_path: Path) -> None:
    program = "from gradwalk.cells import record\nprint(record('%time x = 1\\n!true\\n1/0').cells[0].failure.type)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "IPYTHONDIR": str(tmp_path / "ipython")},
    )
    assert done.stdout == "ZeroDivisionError\n", done.stderr
    assert {path.name for path in tmp_path.iterdir()} <= {".cache", ".config"}  # matplotlib's
    assert {path.name for path in tmp_path.glob("*/*")} <= {"matplotlib"}
