"""Sentences on the start and the forward pass, and on numbers that are inf or nan."""

from __future__ import annotations

START = {
    "graph": "In the computation graph each box holds a value; an arrow leads to the operation that uses it.",
    "known": "So far only {inputs} is known.",
    "known many": "So far only {inputs} are known.",
    "overflow": "{name} is {made}: any number beyond {largest} is that in {dtype}.",
    "press forward": "Press → to compute {first}.",
    "press backward": "Press → to start backward().",
    "press": "Press → for the next step.",
    "nothing": "The program ran no operation on a tensor, so there is nothing to walk through.",
    "inputs": "the {count} inputs",
    "value": "{name} = {number}",
    "shape": "{name} ({shape})",
    "and": " and ",
}

FORWARD = {
    "number": "{result} = {call} = {number}.",
    "constant number": "{result} is the constant {number}.",
    "elements": "{result} is {call}, element by element: {number}.",
    "array": "{result} is {call}: {number}.",
    "large": "{result} is {call}, with shape {shape}.",
    "number again": "{result} becomes {call} = {number}.",
    "elements again": "{result} becomes {call}, element by element: {number}.",
    "array again": "{result} becomes {call}: {number}.",
    "large again": "{result} becomes {call}, with shape {shape}.",
    "divided": "PyTorch computes {number} / {operand} in two operations: the reciprocal, 1 / {operand}, and then its "
    "product with {number}.",
    "of the pass": "This runs while the pass goes on.",
    "keeps": "PyTorch notes {node} for the way back and keeps {saved} for it.",
    "notes": "PyTorch notes {node} for the way back; this one needs no values for it.",
    "notes constants": "PyTorch notes {node} for the way back.",
    "constant": "Nothing in it requires a gradient, so PyTorch notes nothing for the way back.",
    "cut": "The number goes on, but the way back is cut: no gradient flows through detach().",
    "no derivative": "{kernel} has no derivative: no edge leads back from {result}, which is something else than a "
    "gradient of 0.",
    "own": "PyTorch notes {node} for the way back: there it will call the backward() that the program wrote.",
    "module hooks": "PyTorch notes {node} for the way back: there it will call the hooks of a module.",
    "unrecorded": "PyTorch does not record this operation here, so no gradient can flow back through it.",
    "rounded": "Exactly it is {exact}; {dtype} has no number so close to {made} and rounds it to {made}.",
    "in place": "The change is in place: {result} now holds the new value.",
    "through a view": "{view} changes to {part}. It lives in the memory of {base}, so {base} changes in place, "
    "to {number}.",
    "through a view shape": "{view} changes. It lives in the memory of {base}, so {base} changes in place.",
}

NONFINITE = {
    "log of zero": "log(0) = −inf: as {name} goes to 0, {kernel} {name} falls without bound.",
    "log of negative": "The logarithm of a negative number such as {self} is not defined: PyTorch gives nan, "
    "not a number.",
    "root of negative": "The square root of a negative number such as {self} is not a real number: PyTorch gives nan.",
    "by zero": "{self} / 0 = {made}: for a tensor this is no error; the result is {made}.",
    "zero by zero": "0 / 0 has no value: PyTorch gives nan, not a number.",
    "reciprocal of zero": "1 / 0 = {made}: for a tensor this is no error; the result is {made}.",
    "outside one": "{kernel} is defined only from −1 to 1, and {self} lies outside: PyTorch gives nan.",
    "power of zero": "0 to a negative power divides by 0: {made}.",
    "power of negative": "A negative number to a broken power such as {exponent} is not a real number: PyTorch "
    "gives nan.",
    "given": "{made} is what the program put there.",
    "made": "PyTorch gives {made} here.",
    "nan": "PyTorch gives nan here: not a number.",
    "nan spreads": "nan went in with {name}, and nan comes out.",
    "inf spreads": "An infinity went in with {name}, and {made} comes out.",
    "zero times inf": "0 · inf = nan: zero times infinity is undefined.",
    "inf minus inf": "inf − inf = nan: a difference of infinities has no value.",
    "inf over inf": "inf / inf = nan: a quotient of infinities has no value.",
    "empty softmax": "A whole row of {name} is −inf, so the softmax divides 0 by 0: nan.",
    "spread": "{kernel} is taken over one number here, and divides by N − 1, which is 0: 0 / 0 is nan.",
    "nan from inf": "An infinity went in with {name}, and nan comes out: not a number.",
    "local of odd": "The value here is already {made}, so its slope says nothing useful.",
    "no slope": "There is no slope at this point: PyTorch gives nan.",
    "no value": "{result} has no value here, so no slope either: what goes on from here says nothing.",
    "infinite": "The slope is infinite at this point: {made}.",
    "nan arrives": "nan arrives, and whatever is multiplied by nan is nan.",
    "nan slope": "The local gradient is nan, and so is all that is multiplied by it.",
    "inf arrives": "An infinite gradient arrives, and it stays infinite.",
    "inf slope": "The slope is infinite here, and so is what it passes on.",
    "not multiplied": "Where the slope is 0, PyTorch does not multiply here: 0 · inf would be nan.",
}

OVERFLOW = "The result is beyond the largest {dtype}, {largest}, so it overflows to {made}."
