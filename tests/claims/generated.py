"""Random programs of what networks are made of: products, layers, softmax, pieces, copies, hooks and passes."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.programs import Draw, Program


def _lines(text: str) -> list[str]:
    return [expression for line in text.splitlines() for expression in line.split(" | ")]


_MATRICES = _lines("""\
{0} @ {0}.T | {0}.T @ {0} | F.linear({0}, {0}) | F.linear({0}, {0}, {0}[:, 0]) | torch.tanh({0}) @ {0}.T[:, :1]
torch.addmm({0}[:, 0], {0}, {0}.T, alpha=2) | torch.stack([{0}, {0} * 2]) @ {0}.T | {0} @ {0}[0] | {0}[0] @ {0}.T
torch.bmm({0}.unsqueeze(0), {0}.T.unsqueeze(0)) | torch.einsum('ij,kj->ik', {0}, {0})
torch.einsum('ij,ij->j', {0}, {0}) | nn.Linear({0}.shape[1], 2, dtype={0}.dtype)({0})
nn.Linear({0}.shape[1], 1, bias=False, dtype={0}.dtype)({0})
""")
_ALONG = _lines("""\
F.softmax({0}, {1}) | F.log_softmax({0}, {1}) | {0}.sum({1}) | {0}.mean({1}, keepdim=True) | {0}.cumsum({1})
{0}.logsumexp({1}) | {0}.max({1})[0] | {0}.amax({1}) | {0}.prod({1}) | {0}.norm(dim={1}) | {0}.sort({1})[0]
torch.cat([{0}, {0} * 2], {1}) | torch.stack([{0}, -{0}], {1}) | {0}.flip({1}) | {0}.roll(1, {1}) | {0}.select({1}, 0)
{0}.narrow({1}, 0, 1) | {0}.unsqueeze({1}) | {0}.repeat_interleave(2, {1})
{0}.index_select({1}, torch.tensor([0, 0])) | {0}.topk(1, {1})[0] | {0}.var({1}, correction=0)
sum({0}.split(1, {1})) | {0}.unbind({1})[-1] | {0}.cumprod({1}) | {0}.min({1}).values | {0}.softmax({1}) * 3
""")
_WHOLE = _lines("""\
F.layer_norm({0}, {0}.shape[-1:]) | {0}.masked_fill({0} > 0, 0.5) | F.dropout({0}, 0.5)
{0}.permute(*range({0}.dim())[::-1]) | {0}.transpose(0, -1) | {0}.reshape(-1) | {0}.expand(2, *{0}.shape)
F.normalize({0}, dim=-1) | {0}.mT if {0}.dim() > 1 else {0} | torch.where({0} > 0, {0}, {0} * 0.1) | F.relu({0}) + {0}
{0} * {0}.sigmoid() | F.gelu({0}) | ({0} - {0}.mean()) / ({0}.std(correction=0) + 1)
F.mse_loss({0}, {0}.detach() * 2)
F.cross_entropy({0}, torch.zeros({0}.shape[0], dtype=torch.long)) if {0}.dim() == 2 else {0}.sum()
F.embedding(torch.tensor([0, 0]), {0}) if {0}.dim() == 2 else {0} * 1 | {0}[..., :1] * {0}
{0} / ({0} * {0} + 1).sum() | {0}.double() | torch.cat([{0}.flatten(), {0}.flatten()]) | {0}[[0, 0]]
{0}.gather(0, torch.zeros({0}.shape, dtype=torch.long))
""")
_PASSES = (
    "{0}.sum().backward(retain_graph=True)",
    "({0} * {0}).mean().backward()",
    "({0} * {0}).sum().backward(inputs=[{1}])",
    "{0}.backward(torch.full_like({0}, 0.5), retain_graph=True)",
    "torch.autograd.backward([{0}.sum(), ({0} * 2).sum()], retain_graph=True)",
    "g = torch.autograd.grad(({0} ** 2).sum(), {1}, create_graph=True, allow_unused=True)[0]",
    "torch.autograd.grad({0}.sum(), [{1}], retain_graph=True, allow_unused=True)",
)
_HOOKS = (
    "{0}.register_hook(lambda g: g * 2)",
    "{0}.register_hook(lambda g: None)",
    "{0}.retain_grad()",
)


class _Network(Program):
    def matrices(self) -> None:
        if found := [name for name in self.tensors(rank=2) if self.names[name].dim() == 2]:
            self.new(self.choose(_MATRICES).format(self.choose(found)))

    def along(self) -> None:
        if found := self.tensors(rank=1):
            name = self.choose(found)
            self.new(self.choose(_ALONG).format(name, self.choose(range(self.names[name].dim()))))

    def whole(self) -> None:
        if found := self.tensors(rank=1):
            self.new(self.choose(_WHOLE).format(self.choose(found)))

    def hook(self) -> None:
        if found := [name for name in self.tensors() if self.names[name].requires_grad]:
            self.add(self.choose(_HOOKS).format(self.choose(found)))

    def walk(self) -> None:
        leaves = [name for name in self.leaves if self.names[name].requires_grad]
        tracked = [name for name in self.tensors() if self.names[name].requires_grad]
        if leaves and tracked:
            self.add(self.choose(_PASSES).format(self.choose(tracked), self.choose(leaves)))


@st.composite
def networks(draw: Draw, steps: int = 9) -> str:
    """A program of up to three leaves, up to ``steps`` operations of networks, and passes of several kinds."""
    program = _Network(draw)
    program.add("import torch.nn as nn")
    program.add("torch.manual_seed(0)")
    for _ in range(draw(st.integers(1, 3))):
        program.leaf()
    for _ in range(draw(st.integers(1, steps))):
        getattr(
            program, program.choose(("matrices", "matrices", "along", "along", "whole", "binary", "hook", "walk"))
        )()
    program.walk()
    return "\n".join(program.lines)
