"""Sentences on local gradients."""

from __future__ import annotations

LOCAL = {
    "rises": "If {operand} grows a little, {result} grows {size} times as much.",
    "falls": "If {operand} grows a little, {result} falls {size} times as much.",
    "same": "If {operand} grows a little, {result} grows just as much.",
    "opposite": "If {operand} grows a little, {result} falls just as much.",
    "flat": "The slope is 0: if {operand} changes a little, {result} changes by far less.",
    "not stored": "PyTorch stores none of these local gradients; it multiplies them in during backward.",
    "saved changed": "{node} had saved {saved} = {before}. By a change that autograd does not count, that memory holds "
    "{after} now, and PyTorch computes this local gradient from it.",
    "copy": "{operand} stands at {count} places, and each place has a local gradient of its own.",
    "place": "the {ordinal} {operand}",
    "diagonal": "Each element of {result} depends only on the same element of {operand}, so the Jacobian, the table "
    "of all slopes, is diagonal: {number}.",
    "diagonal large": "Each element of {result} depends only on the same element of {operand}, so the Jacobian, the "
    "table of all slopes, is diagonal, with {rows} numbers.",
    "row": "One number for each element of {operand}: how much {result} grows with it.",
    "column": "One number for each element of {result}: how much it grows with {operand}.",
    "matrix": "Row i of this Jacobian says how element i of {result} grows with each element of {operand}.",
    "matrix large": "The Jacobian has {rows} rows, one for each element of {result}, and {columns} columns, one for "
    "each element of {operand}.",
    "large": "The Jacobian would be {rows}×{columns}. Nobody builds it: backward needs only its product with the "
    "upstream gradient, vᵀJ.",
}

# A second sentence on the slope, by operation and what its numbers are like.
SLOPES = {
    "mul": "In a product, the local gradient of one factor is the other factor.",
    "mul constant": "The slope is the constant factor.",
    "div numerator": "The numerator's local gradient is 1 over the denominator.",
    "div denominator": "A larger denominator makes the quotient smaller: the slope is minus the quotient over the "
    "denominator.",
    "pow": "The power rule: the exponent times one power less.",
    "exp": "exp is its own derivative, so the slope is the result itself.",
    "log": "The slope of log is 1 over its argument: steep near 0, flat far out.",
    "sqrt": "The slope is 1 over twice the root: steep near 0.",
    "sin": "The slope of sin is cos.",
    "cos": "The slope of cos is −sin.",
    "tanh": "The slope of tanh is 1 − {result}², at most 1.",
    "tanh flat": "tanh is nearly flat this far from 0.",
    "sigmoid": "The slope of sigmoid is {result} · (1 − {result}), at most 0.25.",
    "sigmoid flat": "Sigmoid is nearly flat this far from 0.",
    "relu open": "relu lets positive numbers through as they are.",
    "relu closed": "relu turns negative numbers into 0.",
    "relu corner": "relu has a corner at 0, where any slope from 0 to 1 would do; PyTorch takes 0.",
    "abs corner": "The absolute value has a corner at 0, where any slope from −1 to 1 would do; PyTorch takes 0.",
    "clamp corner": "clamp has a corner at its bound: on one side of it the slope is 0, on the other 1.",
    "tie": "Both are equal here, and PyTorch gives each of them half.",
    "winner": "{operand} is the one that was taken.",
    "loser": "The other one was taken.",
    "jump": "{result} jumps at this {operand} and has no slope here; PyTorch takes 0, as on the flat pieces beside it.",
    "step": "The function is a staircase: flat between its steps.",
}

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
