"""What cells show and how they fail is what Jupyter shows, whatever IPython has to offer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gradwalk.cells import record
from gradwalk.cells.outputs import steady_svg
from gradwalk.parse import split_cells
from gradwalk.recording import Output, Recording
from tests.cells.oracle import Oracle, Shown, steady


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    with Oracle() as started:
        yield started


def ours(recording: Recording) -> list[Shown]:
    pictures: list[list[str]] = [[] for _ in recording.cells]
    for event in recording.events:
        if isinstance(event, Output) and event.mime != "text/plain":
            pictures[event.cell].append(event.text)
    return [
        Shown(
            steady(cell.shown),
            cell.failure and (cell.failure.type, steady(cell.failure.message), cell.failure.line - cell.line + 1),
            tuple(pictures[number]),
        )
        for number, cell in enumerate(recording.cells)
    ]


def theirs(oracle: Oracle, source: str) -> list[Shown]:
    return [
        Shown(
            steady(text),
            failure and (failure[0], steady(failure[1]), failure[2]),
            tuple(steady_svg(picture) if picture.lstrip().startswith("<") else picture for picture in pictures),
        )
        for text, failure, pictures in oracle.run([cell for cell, _ in split_cells(source)])
    ]


PROGRAMS = {
    "the last expression": "1 + 1\n# %%\nx = 2; x\n# %%\nx;\n# %%\nx; # not shown\n# %%\nNone\n# %%\n'a\\nb'\n# %%\n_, __, Out[1]",
    "prints": "import sys\nprint('a', 1, sep='-', end='!')\nprint()\nprint('e', file=sys.stderr)\nsys.stdout.write('w')\nsys.stdout.writelines(['x', 'y'])",
    "pretty": "{str(i): list(range(i)) for i in range(20)}\n# %%\nimport numpy as np\nnp.arange(9).reshape(3, 3)\n# %%\nset('abc'), range(3), b'x'",
    "warnings": "import warnings\nwarnings.warn('one')\nfor i in range(2):\n    warnings.warn('two')\nwarnings.warn('old', DeprecationWarning)\n# %%\nwarnings.warn('three', FutureWarning)\n# %%\nwith warnings.catch_warnings(record=True) as w:\n    warnings.warn('caught')\nlen(w)\n# %%\nwarnings.filterwarnings('ignore')\nwarnings.warn('never')\n# %%\nwarnings.filterwarnings('error')\nwarnings.warn('raised')",
    "PyTorch's warnings": "import torch\nx = torch.ones(2, requires_grad=True)\ny = x * 2\ny.grad\n# %%\ny.grad\n# %%\nimport torch.nn.functional as F\nF.mse_loss(torch.ones(2), torch.ones(2, 1))\n# %%\ntorch.ones(3).T\n# %%\ntorch.tensor(x)",
    "tracebacks": "1 / 0\n# %%\ndef f(x):\n    return x[5]\nf([1])\n# %%\nraise KeyError('k') from ValueError('v')\n# %%\nclass E(Exception):\n    def __str__(self):\n        return 'mine'\nraise E\n# %%\nassert 1 > 2, 'text'\n# %%\nraise ExceptionGroup('g', [ValueError('a'), TypeError('b')])",
    "no Python": "x = (\n# %%\n1 +\n# %%\nfor i in 3:\nprint(i)\n# %%\nx = 1\n  y = 2\n# %%\nreturn 3\n# %%\nf(x for x in y, 1)\n# %%\nprint 'a'\n# %%\neval('1 +')\n# %%\nnonlocal x\n# %%\nawait 1\n# %%\n'ok'",
    "endings": "raise SystemExit\n# %%\nraise SystemExit(2)\n# %%\nraise KeyboardInterrupt\n# %%\nraise BaseException('base')\n# %%\n'goes on'",
    "input": "input('name: ')\n# %%\nimport sys\nsys.stdin.read()",
    "magics": "%time x = 3\n# %%\n%%time\ny = x + 1\ny\n# %%\n%timeit -n1 -r1 x + 1\n# %%\n%%capture out\nprint('hidden')\n1 + 1\n# %%\nout.stdout, len(out.outputs)\n# %%\nout.show()\n# %%\n%nothing\n# %%\n%%nothing\nx\n# %%\n%who\n# %%\n%pprint\n[1] * 3\n# %%\n%precision 3\n3.14159\n# %%\n%xmode Minimal\n1 / 0\n# %%\n%env NOTHING\n# %%\nx?\n# %%\nget_ipython().__class__.__mro__[1].__name__",
    "commands": "!echo one; echo two >&2\n# %%\nfiles = !echo three\nfiles\n# %%\n!exit 3\n_exit_code\n# %%\nname = 'four'\n!echo {name} $name",
    "files": "%%writefile made.txt\nsome text\nmore\n# %%\nprint(open('made.txt').read())\n# %%\n%%file made.py\nx = 5\n# %%\n%run made.py\nx\n# %%\nimport made\nmade.x",
    "displays": "from IPython.display import display, HTML, Markdown, Math, Image, SVG\ndisplay(HTML('<b>x</b>'), 3, 'text')\n# %%\nHTML('<b>x</b>')\n# %%\nclass A:\n    def _repr_html_(self):\n        return '<i>a</i>'\n    def __repr__(self):\n        return 'A!'\nA()\n# %%\nclass B:\n    def __repr__(self):\n        raise ValueError('no')\nB()\n# %%\nimport pandas as pd\npd.DataFrame({'a': [1, 2]})\n# %%\nSVG('<svg xmlns=\"http://www.w3.org/2000/svg\"/>')",
    "clearing": "from IPython.display import clear_output\nprint('gone')\nclear_output()\nprint('there')\n# %%\nfor i in range(3):\n    clear_output(wait=True)\n    print(i)",
    "await": "import asyncio\nasync def f(x):\n    await asyncio.sleep(0)\n    return x\nawait f(3)\n# %%\nx = await f(4)\nx\n# %%\n[await f(i) for i in range(3)]\n# %%\nawait f(1 / 0)",
    "names": "a = 1\nsorted(k for k in globals() if not k.startswith('_'))\n# %%\n__name__, __doc__\n# %%\nimport sys\nsys.modules['__main__'].a\n# %%\ndir()[:2]\n# %%\nclass P: pass\nimport pickle\ntype(pickle.loads(pickle.dumps(P()))) is P",
    "every expression": "from IPython.core.interactiveshell import InteractiveShell\nInteractiveShell.ast_node_interactivity = 'all'\n# %%\n1\nx = 2\nx\n# %%\n%config InteractiveShell.ast_node_interactivity = 'last_expr_or_assign'\n# %%\ny = 3",
    "future": "from __future__ import annotations\nx: Nothing = 1\n__annotations__\n# %%\ndef f(a: AlsoNothing): pass\nf.__annotations__",
    "docstrings": "def f():\n    'what it does'\n    x = 1\n    return x\nf.__doc__, f()\n# %%\nimport inspect\nprint(inspect.getsource(f))",
    "recursion": "def f(n):\n    return f(n + 1)\nf(0)\n# %%\n'goes on'",
    "draws": "import torch, random\nimport numpy as np\ntorch.rand(2), random.random(), np.random.rand()\n# %%\ntorch.manual_seed(3)\ntorch.rand(1)",
    "print options": "import torch\ntorch.set_printoptions(precision=2)\ntorch.tensor(1 / 3)\n# %%\ntorch.set_default_dtype(torch.float64)\ntorch.tensor(1 / 3)",
    "printed tracebacks": "import traceback, torch\ntry:\n    torch.ones(2) @ torch.ones(3)\nexcept RuntimeError:\n    traceback.print_exc()\n# %%\ntry:\n    1 / 0\nexcept ZeroDivisionError as e:\n    print(traceback.format_exc())",
    "functions of PyTorch's": "import torch\nx = torch.tensor(2., requires_grad=True)\ntorch.func.grad(lambda t: t ** 3)(x)\n# %%\ntorch.autograd.functional.hessian(lambda t: t ** 3, x)\n# %%\ntorch.func.vmap(lambda t: t * 2)(torch.ones(3))",
    "logging": "import logging\nlogging.warning('careful')\n# %%\nlogging.basicConfig(level=logging.INFO)\nlogging.info('told')",
    "plots": "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\n# %%\nfig, axes = plt.subplots(1, 2)\naxes[0].bar([1], [2])\nplt.show()\nprint('after')\n# %%\nplt.figure()\nplt.figure();\n# %%\nfig\n# %%\nplt.plot([1, 2], 'nothing')\n# %%\n%matplotlib inline\nplt.title('t');\n# %%\nplt.isinteractive(), plt.get_backend(), plt.get_fignums()\n# %%\n%config InlineBackend.figure_format = 'png'\nplt.plot([1]);",
}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_shows_what_jupyter_shows(name: str, oracle: Oracle) -> None:
    source = PROGRAMS[name]
    for run in range(2):  # the second time in a process that has run it before
        assert ours(record(source)) == theirs(oracle, source), run
