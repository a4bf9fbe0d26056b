"""Random programs, which run without a failure in plain PyTorch."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import torch
from hypothesis import strategies as st

Shape = tuple[int, ...]
Draw = Callable[[st.SearchStrategy[Any]], Any]

_NUMBERS = st.sampled_from([-2.5, -1.0, -0.5, 0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0]) | st.integers(-300, 300).map(
    lambda hundredths: hundredths / 100
)
_UNARY = (
    "torch.sin({0})", "{0}.cos()", "torch.tanh({0})", "{0}.exp()", "torch.sigmoid({0})", "torch.relu({0})", "abs({0})",
    "-{0}", "+{0}", "{0}.square()", "torch.sqrt({0})", "{0}.log()", "F.softplus({0})", "F.gelu({0})", "torch.atan({0})",
    "F.leaky_relu({0}, 0.1)", "{0}.clamp(-1.0, 1.0)", "{0}.clone()", "torch.erf({0})", "{0}.log1p()", "{0}.sign()",
    "2 / {0}", "{0} ** 2", "1 - {0}", "{0} * 3", "{0} + 0.5", "{0} / 4", "2 ** {0}", "{0} ** 0.5", "{0} % 2",
    "{0}.detach()", "{0} * {0}", "{0} + {0}", "{0}.double()", "{0}.contiguous()", "torch.round({0})", "F.elu({0})",
    "{0}.reciprocal()",
)  # fmt: skip
_BINARY = (
    "{0} + {1}", "{0} - {1}", "{0} * {1}", "{0} / {1}", "torch.maximum({0}, {1})", "torch.where({0} > {1}, {0}, {1})",
    "torch.mul({0}, {1})", "{0}.add({1}, alpha=2)", "torch.minimum({0}, {1})", "torch.atan2({0}, {1})",
    "{0} * {1} * {0}", "torch.lerp({0}, {1}, 0.25)", "torch.hypot({0}, {1})", "{0}.detach() * {1}", "{0} ** {1}",
    "torch.pow({0}, {1})",
)  # fmt: skip
_REDUCE = (
    "{0}.sum()", "torch.mean({0})", "{0}.prod()", "{0}.max()", "torch.min({0})", "{0}.norm()", "torch.amax({0})",
    "torch.logsumexp({0}, 0)", "({0} * {0}).mean()", "{0}.sum(dim=0)", "{0}.mean(dim=-1, keepdim=True)",
    "torch.softmax({0}, dim=0)", "F.log_softmax({0}, dim=-1)", "torch.cumsum({0}, 0)", "{0}.max(dim=0)[0]",
    "{0}.var(correction=0)", "{0}.std(correction=0)", "{0}.amin(dim=0)", "{0}.cumprod(dim=0)",
)  # fmt: skip
_VIEWS = (
    "{0}.reshape(-1)", "{0}.unsqueeze(0)", "{0}.flatten()", "{0}.squeeze()", "{0}.view(-1)", "{0}[0]", "{0}[-1]",
    "{0}[0:1]", "{0}[[0, 0]]", "torch.stack([{0}, {0} * 2])", "torch.cat([{0}, {0}])", "{0}.flip(0)", "{0}.roll(1, 0)",
    "{0}[torch.tensor([0, 0, 0])]", "{0}.expand(2, *{1})", "{0}.unsqueeze(-1)", "{0}[{0} > 0].sum()",
)  # fmt: skip
_MATRIX = (
    "{0}.T",
    "{0}.transpose(0, 1)",
    "{0}[:, 0]",
    "{0}[0, -1]",
    "{0}.diag()",
    "{0}.tril()",
    "{0} @ {0}.T",
    "{0}.t().sum(0)",
)
_PRODUCT = ("{0} @ {1}", "F.linear({0}, {1})", "torch.outer({0}, {1})", "F.mse_loss({0}, {0} * {0})")
_SEVERAL = ("{0}.split([1, {0}.shape[0] - 1])", "{0}.unbind()", "torch.var_mean({0}, correction=0)", "{0}.chunk(2)",
    "{0}.sort(dim=0)", "torch.aminmax({0})")  # fmt: skip
_IN_PLACE = (
    "{0} += {1}",
    "{0} *= 2",
    "{0}.mul_({1})",
    "{0}.zero_()",
    "{0}.exp_()",
    "{0}[0] = 1.5",
    "{0} -= 0.5",
    "{0}.relu_()",
)


class Program:
    """A program that grows line by line. It knows its variables and, by running it, their shapes."""

    def __init__(self, draw: Draw, *, fails: bool = False) -> None:
        self.draw = draw
        self.fails = fails
        """Whether lines that fail are kept, each in a cell of its own."""
        self.lines: list[str] = ["import torch", "import torch.nn.functional as F"]
        self.leaves: list[str] = []
        self.names: dict[str, Any] = {"print": lambda *items: None}
        self._count = 0
        for line in self.lines:
            exec(line, self.names)  # noqa: S102

    def add(self, line: str) -> bool:
        """Write a line or a block, if it runs or failures are welcome."""
        try:
            with warnings.catch_warnings(action="ignore"):
                warnings.filterwarnings("error", ".*degrees of freedom")  # of no element there is no variance
                exec(line, self.names)  # noqa: S102
        except Exception:  # shapes that do not fit, a graph that is freed
            if not self.fails:
                return False
        self.lines += ["# %%"] * self.fails + line.split("\n")
        return True

    def choose(self, options: Sequence[Any]) -> Any:
        return self.draw(st.sampled_from(list(options)))

    def tensors(self, *, rank: int = 0, leaves: bool = True) -> list[str]:
        return [
            name
            for name, value in self.names.items()
            if isinstance(value, torch.Tensor)
            and value.dim() >= rank
            and value.numel() <= 24
            and value.is_floating_point()
            and (leaves or name not in self.leaves)
        ]

    def own(self) -> list[str]:
        """The leaves that are still leaves: PyTorch warns who reads the ``.grad`` of one that a change has put into the
        graph, through a view of it."""
        return [name for name in self.leaves if _is_leaf(self.names[name])]

    def new(self, expression: str) -> None:
        self._count += 1
        self.add(f"v{self._count} = {expression}")

    def leaf(self) -> None:
        shape: Shape = self.choose([(), (), (1,), (2,), (3,), (2, 3), (3, 2), (3, 1)])
        numbers = self.draw(st.lists(_NUMBERS, min_size=6, max_size=6))[: torch.Size(shape).numel()]
        dtype = self.choose(["", "", ", dtype=torch.float64"])
        tracked = self.choose([", requires_grad=True"] * 3 + [""])
        name = "abcdefgh"[len(self.leaves)]
        self.leaves.append(name)
        written = torch.tensor(numbers, dtype=torch.float64).reshape(shape).tolist()
        self.add(f"{name} = torch.tensor({written}{dtype}{tracked})")

    def step(self) -> None:
        """One line or block, of a kind that is drawn."""
        getattr(self, self.choose(_KINDS))()

    def unary(self) -> None:
        self.new(self.choose(_UNARY).format(self.choose(self.tensors())))

    def binary(self) -> None:
        self.new(self.choose(_BINARY).format(self.choose(self.tensors()), self.choose(self.tensors())))

    def reduce(self) -> None:
        self.new(self.choose(_REDUCE).format(self.choose(self.tensors())))

    def view(self) -> None:
        name = self.choose(self.tensors())
        shape = "".join(f"{size}, " for size in self.names[name].shape)
        self.new(self.choose(_VIEWS).format(name, "").replace("2, *)", f"2, {shape[:-2]})"))

    def matrix(self) -> None:
        if found := [name for name in self.tensors(rank=2) if self.names[name].dim() == 2]:
            self.new(self.choose(_MATRIX).format(self.choose(found)))

    def product(self) -> None:
        if found := self.tensors(rank=1):
            self.new(self.choose(_PRODUCT).format(self.choose(found), self.choose(found)))

    def pair(self) -> None:
        if found := self.tensors(rank=1):
            self._count += 1
            self.add(f"v{self._count}, i{self._count} = {self.choose(found)}.max(dim=0)")

    def several(self) -> None:
        """An operation with several results, all of which can have a gradient."""
        if found := self.tensors(rank=1):
            name = self.choose(found)
            self._count += 2
            parts = f"v{self._count - 1}, v{self._count}"
            self.add(f"{parts} = {self.choose(_SEVERAL).format(name)}")

    def in_place(self) -> None:
        if found := self.tensors(leaves=False):
            self.add(self.choose(_IN_PLACE).format(self.choose(found), self.choose(self.tensors())))

    def part(self) -> None:
        """A view, changed in place, is one more value of the program."""
        if found := self.tensors(rank=1, leaves=False):
            self._count += 1
            view = f"v{self._count}"
            if self.add(f"{view} = {self.choose(found)}{self.choose(['[0:1]', '[-1]', '.t()', '.reshape(-1)'])}"):
                self.add(self.choose(_IN_PLACE).format(view, self.choose(self.tensors())))

    def untracked(self) -> None:
        self._count += 1
        inside = self.choose(_UNARY).format(self.choose(self.tensors()))
        self.add(f"with torch.no_grad():\n    v{self._count} = {inside}")

    def again(self) -> None:
        """A name is bound anew."""
        if found := self.tensors(leaves=False):
            self.add(f"{self.choose(found)} = {self.choose(_UNARY).format(self.choose(self.tensors()))}")

    def retain(self) -> None:
        if found := [name for name in self.tensors(leaves=False) if self.names[name].requires_grad]:
            self.add(f"{self.choose(found)}.retain_grad()")

    def update(self) -> None:
        leaves = [leaf for leaf in self.own() if self.names[leaf].grad is not None]
        if not leaves:
            return
        leaf = self.choose(leaves)
        self.add(f"with torch.no_grad():\n    {leaf} -= 0.1 * {leaf}.grad")
        self.add(self.choose([f"{leaf}.grad.zero_()", f"{leaf}.grad = None", "pass"]))

    def backward(self) -> None:
        tracked = [name for name in self.tensors() if self.names[name].requires_grad]
        if not tracked:
            return
        name = self.choose(tracked)
        retain = self.choose(["", "retain_graph=True", "retain_graph=True"])
        if self.names[name].dim() == 0:
            self.add(f"{name}.backward({retain})")
        elif self.draw(st.booleans()):
            self.add(f"{name}.sum().backward({retain})")
        else:
            self.add(f"{name}.backward(torch.ones_like({name}) * 0.5{', ' * bool(retain)}{retain})")


def _is_leaf(tensor: torch.Tensor) -> bool:
    """PyTorch refuses to say so of a view from under no_grad that was changed."""
    try:
        return tensor.is_leaf
    except RuntimeError:
        return False


_KINDS = (
    "unary", "unary", "binary", "binary", "reduce", "view", "matrix", "product", "pair", "in_place", "untracked",
    "again", "retain", "several", "part", "update", "backward", "backward",
)  # fmt: skip


@st.composite
def notebooks(draw: Draw, steps: int = 12) -> str:
    """A program of cells, one a line; some fail, and some show a value."""
    program = Program(draw, fails=True)
    for _ in range(draw(st.integers(1, 3))):
        program.leaf()
    for _ in range(draw(st.integers(2, steps))):
        program.step()
        if draw(st.booleans()):
            program.add(program.choose(program.tensors()) + draw(st.sampled_from(["", ".grad_fn is None", ".shape"])))
    program.backward()
    program.add(f"print({', '.join(f'{leaf}.grad' for leaf in program.leaves)})")
    return "\n".join(program.lines)


@st.composite
def programs(draw: Draw, steps: int = 10) -> str:
    """A program of up to four leaves and ``steps`` lines that runs without a failure, with several backward() calls.

    Its last lines bind every tensor anew, so that a recording has its last state, and every leaf's ``.grad``.
    """
    program = Program(draw)
    for _ in range(draw(st.integers(1, 4))):
        program.leaf()
    for _ in range(draw(st.integers(2, steps))):
        program.step()
    program.backward()
    for leaf in program.own():
        program.add(f"grad_{leaf} = {leaf}.grad")
    for name in program.tensors():
        program.add(f"{name} = {name}")
    return "\n".join(program.lines)
