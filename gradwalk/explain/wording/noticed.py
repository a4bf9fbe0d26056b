"""Sentences on what a program does to gradients and flags by hand, on hooks, and on what torch.autograd.grad gives."""

from __future__ import annotations

NOTICED = {
    "hooked": "A hook on {value}",
    "hooked changes": "The gradient arriving at {value} is {before}. The program's function {name} was given it, "
    "and it is {after} from here on.",
    "hooked looks": "The program's function {name} was given the gradient arriving at {value}, {before}, and left it "
    "as it is.",
    "result": "The gradient with respect to {of}",
    "result given": "torch.autograd.grad gives {gradient} for {of}. No leaf's .grad changes.",
    "result none": "torch.autograd.grad gives None for {of}: no way leads to it from where the pass began.",
    "result lost": "torch.autograd.grad gives None for {of}: nothing came back to it.",
    "assigned": "{leaf}.grad is put there",
    "assigned over": "The program puts {after} into {leaf}.grad, where {before} was.",
    "assigned new": "The program puts {after} into {leaf}.grad, which was None.",
    "switched": "A flag of {name}",
    "requires_grad on": "{name} requires a gradient from here on: PyTorch follows what is computed with it.",
    "requires_grad off": "{name} requires no gradient from here on.",
    "detach_": "{name} is cut off from what it was made of: it is a leaf now, without a grad_fn.",
    "retain_grad": "{name} is no leaf; from here on a backward() keeps its gradient in {name}.grad all the same.",
    "flag": "{by} was called on {name}.",
    "saved changed": "{saved}, changed since",
    "stopped": "Recording ends here",
}
