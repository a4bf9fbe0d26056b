"""Programs that would do something to other visitors of a server, or to their own next program, if nothing held them.

``CHANNEL`` finds the descriptor on which a program's process answers.
"""

from __future__ import annotations

import gradwalk

_SUSPENDED = """
import torch
def stand():
    with {}:
        yield
kept = stand()
next(kept)
import builtins
builtins.kept = kept
"""

CHANNEL = """
import os, stat, struct
def channel():
    for fd in range(3, 128):
        try:
            if stat.S_ISSOCK(os.fstat(fd).st_mode) and os.get_blocking(fd):
                return fd
        except OSError:
            pass
fd = channel()
def frame(kind, data):
    return struct.pack("!cI", kind, len(data)) + data
def write(data):
    while data:
        data = data[os.write(fd, data):]
def packed(*pieces):
    import base64, zlib
    packing = zlib.compressobj(1)
    return base64.b64encode(b"".join(map(packing.compress, pieces)) + packing.flush()).decode()
def done(*recording):
    import json
    write(frame(b'M', json.dumps({"recording": packed(*recording)}).encode()) + frame(b'E', b'done'))
"""

ATTACKS = {
    "dropout between layers": """
import torch
torch.manual_seed(7)
lstm = torch.nn.LSTM(2, 2, num_layers=2, dropout=0.5)
lstm(torch.ones(3, 2))[0].sum().backward()
""",
    "hooks of saved tensors": _SUSPENDED.format(
        "torch.autograd.graph.saved_tensors_hooks(lambda x: x * 100, lambda x: x)"
    ),
    "a dual level": _SUSPENDED.format("torch.autograd.forward_ad.dual_level()"),
    "gradients off": _SUSPENDED.format("torch.no_grad()"),
    "gradients on": _SUSPENDED.format("torch.enable_grad()"),
    "inference mode": _SUSPENDED.format("torch.inference_mode()"),
    "a device": _SUSPENDED.format("torch.device('meta')"),
    "another torch": """
import torch, gradwalk, gradwalk.recording
torch.sin = torch.Tensor.sin = torch.cos
torch.Tensor.backward = lambda *a, **k: None
torch.set_default_dtype(torch.float64)
torch.manual_seed(7)
gradwalk.record = gradwalk.recording.Recording = None
""",
    "other builtins": "import builtins\nfor n in ('print', 'len', 'isinstance', 'open'): setattr(builtins, n, None)",
    "tracing": "import sys\nsys.settrace(lambda *a: 1 / 0)\nsys.setprofile(lambda *a: 1 / 0)",
    "at exit": "import atexit, time\natexit.register(time.sleep, 100)",
    "a power": "print('before')\n9**9**9",
    "a loop": "print('before')\nwhile True:\n    pass",
    "a loop that catches everything": "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    "memory": "x = []\nwhile True:\n    x.append(bytearray(10_000_000))",
    "one large tensor": "import torch\nx = torch.zeros(2 * 10**11)",
    "threads": "import threading\nwhile True:\n    threading.Thread(target=lambda: 9**9**9).start()",
    "processes": "import os\nwhile True:\n    os.fork()",
    "signals": """
import os, signal
for pid in (os.getppid(), -1, 1, os.getppid() - 1, os.getppid() + 1):
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError as error:
        print(type(error).__name__)
""",
    "an exit": "print('before')\nimport os\nos._exit(0)",
    "a crash": "import ctypes\nctypes.string_at(0)",
    "a flood": "while True:\n    print('a' * 1000)",
    "a long line": "print('a' * 100_000_000)",
    "many outputs": "for i in range(1_000_000):\n    display(i)",
    "nonsense for an answer": CHANNEL + "write(b'nonsense' * 1000)\nwhile True: pass",
    "too much for an answer": CHANNEL + "while True: write(frame(b'M', b'1' * 4000))",
    "deep brackets for an answer": CHANNEL + "write(frame(b'M', b'[' * 100_000))\nwhile True: pass",
    "another recording": CHANNEL
    + """
text = '{"format":3,"source":"x","torch":"","complete":true,"file":"","cells":[],"values":[],"operations":[],'
text += '"nodes":[],"events":[],"pictures":[],"modules":[]}'
done(text.encode())
""",
    "a recording of a gigabyte": CHANNEL + "done(*[b' ' * 10**6] * 1000)",
    "a recording of sixteen million lists": CHANNEL + "done(b'{\"values\":[', *[b'[],' * 10**6] * 15, b'[]]}')",
    "no compression": CHANNEL + "write(frame(b'M', b'{\"recording\": \"{}\"}') + frame(b'E', b'done'))",
    "a pickle": CHANNEL
    + """
import pickle
class Boom:
    def __reduce__(self): return os.system, ("touch /tmp/boom",)
write(frame(b'M', pickle.dumps(Boom())) + frame(b'E', b'done'))
""",
}

_WALKED = "import torch\nx = torch.tensor(2.0, requires_grad=True)\n(x * x).backward()"


def forged(change: str = "pass") -> str:
    """A program that answers with a recording that no run of it made; without a ``change`` it makes sense."""
    recording = gradwalk.record(_WALKED, pictures=True).to_json()
    return f"""{CHANNEL.strip()}
import json
recording, source = json.loads({recording!r}), In[-1]
recording["source"], recording["cells"] = source, [{{"source": source, "line": 1, "shown": "forged", "failure": None}}]
recording["events"] = [{{**event, "span": None}} for event in recording["events"] if event["event"] != "statement"]
recording["events"].append({{"event": "output", "cell": 0, "span": None, "stream": "print", "text": "<b>forged</b>"}})
{change}
done(json.dumps(recording).encode())"""


_DEEP = "from functools import reduce\nx = reduce({}, range({}), {})\n{}"
DEEP = {
    "slices": _DEEP.format("lambda x, _: slice(x)", 100_000, "None", "x == x"),
    "zips": _DEEP.format("lambda x, _: zip(x)", 100_000, "iter([])", "next(x)"),
    "exceptions": """
def f(error, number):
    error, error.__cause__ = ValueError(number), error
    return error
"""
    + _DEEP.format("f", 10_000, "ValueError()", "raise x"),
    "modules": "import torch\n"
    + _DEEP.format("lambda x, _: torch.nn.Sequential(x)", 3000, "torch.nn.Linear(1, 1)", "x(torch.ones(1))"),
    "checkpoints": """
import sys, torch
from torch.utils.checkpoint import checkpoint
sys.setrecursionlimit(10**9)
def f(x, n):
    return checkpoint(f, x, n - 1, use_reentrant=True) if n else x * 2
f(torch.ones(1, requires_grad=True), 2000).sum().backward()
""",
    "operations": "import torch\n"
    + _DEEP.format("lambda x, _: x + x", 9_000, "torch.ones(1, requires_grad=True)", "x.sum().backward()"),
}
"""What goes so deep that C has no stack for it."""

TEXTS = {
    "a message": "raise ValueError(*['y' * 9999] * 9000)",
    "notes": "error = ValueError(1)\nfor i in range(500):\n    error.add_note('n' * 99_999)\nraise error",
    "many in one": "raise ExceptionGroup('g' * 99_999, [ValueError('v' * 99_999)] * 900)",
    "a kind": "raise type('E' * 999_999, (Exception,), {})(1)",
    "a repr": "class A:\n    def __repr__(self):\n        return 'r' * 9_999_999\nA()",
    "names": "import torch\nx = torch.ones(1, requires_grad=True)\nfor i in range(99):\n"
    "    globals()['n' * 99_999 + str(i)] = x * i",
    "modules": """
import torch
class M(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.add_module('m' * 99_999, torch.nn.Linear(1, 1))
    def forward(self, x):
        return next(self.children())(x)
for m in [M()] * 20:
    m(torch.ones(1)).sum().backward()
""",
    "functions": """
import torch
F = type("F" * 99_999, (torch.autograd.Function,), {
    "forward": staticmethod(lambda c, x: x * 2), "backward": staticmethod(lambda c, g: g * 2)})
x = torch.ones(1, requires_grad=True)
for i in range(20):
    F.apply(x).backward()
""",
    "titles": "import matplotlib.pyplot as plt\nfor i in range(3):\n    plt.figure()\n    plt.title('t' * 999)",
    "warnings": "import warnings\nfor i in range(500):\n    warnings.warn('w' * 99_999 + str(i))",
}
"""Texts that nobody would read, and that have to be carried by whoever shows them."""
