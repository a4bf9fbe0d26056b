"""Sentences on the backward pass: the seed, each node, each .grad, and what is released."""

from __future__ import annotations

SEED = {
    "one": "The gradient of a value says how many times as much {root} changes when that value changes a little. For "
    "{root} itself that is 1. From here the chain rule goes back along the arrows.",
    "number": "backward({seed}) starts with {seed} instead of 1: every gradient comes out {seed} times as large.",
    "vector": "{root} has {count} elements, and a gradient needs one number. The seed v says how much each element "
    "counts: L = Σ v · {root}. What reaches a leaf is vᵀJ.",
    "ones": "{root} has {count} elements, and a gradient needs one number. With ones as the seed v, that number is the "
    "sum of the elements. What reaches a leaf is vᵀJ.",
    "retain": "retain_graph=True: what the nodes saved will be kept.",
    "again": "The graph was walked before, but what its nodes saved was kept, so it can be walked again.",
    "again unsaved": "The graph was walked before, but its nodes need no saved values, so it can be walked again.",
}

BACKWARD = {
    "pull": "The gradient arriving at {result} is {upstream}.",
    "pull root": "The gradient starts at {result} as {upstream}.",
    "pull shape": "The gradient of {target} arrives at {result}, one number for each of its {count} elements.",
    "results": "Gradients arrive at {results}. Each element of {operand} collects from all of their elements.",
    "one result": "A gradient arrives at {results} alone. Each element of {operand} collects from all of its elements.",
    "through a view": "Only the part that {view} shows was changed; elsewhere the gradient goes on to {base} as it is.",
    "nothing": "The gradient arriving at {result} is 0, so nothing is passed on.",
    "scaled": "At {operand} = {number} the slope of {operation} is {local}, so {operand} gets {contribution}.",
    "unchanged": "At {operand} = {number} the slope of {operation} is 1, so {operand} gets all of it.",
    "nearly flat": "{operation} is nearly flat at {operand} = {number}, so it passes on only {local} of that.",
    "flat": "{operation} is flat at {operand} = {number}, so nothing gets through.",
    "jump": "{operation} jumps at {operand} = {number} and has no slope there; PyTorch takes 0, so nothing gets "
    "through.",
    "add one": "Adding something to {operand} passes the gradient on unchanged.",
    "add": "A sum passes it on unchanged to {operands}.",
    "sub one": "Subtracting from {operand} passes the gradient on unchanged.",
    "sub": "A difference passes it on unchanged to {first} and with the opposite sign to {second}.",
    "turn": "The minus sign turns it around: {operand} gets {contribution}.",
    "turn array": "The minus sign turns it around.",
    "mul constant": "The constant factor {constant} multiplies it: {operand} gets {contribution}.",
    "mul one": "{operand} gets it times the other factor, {other}: {contribution}.",
    "mul": "Each factor gets it times the other one: {first} gets {first_gets}, {second} gets {second_gets}.",
    "mul same": "{operand} is both factors, so it gets {local} times that through each of them.",
    "places": "{operand} stands at {count} places and gets a contribution through each of them.",
    "mul array": "Each factor gets it times the other factor, element by element.",
    "div": "{first} gets it divided by {denominator}. A larger {second} would make the quotient smaller: it gets "
    "{second_gets}.",
    "div numerator": "{operand} gets it divided by {denominator}.",
    "exp": "exp is its own slope, so {operand} gets it times {result} = {local}.",
    "log": "The slope of log at {number} is 1 / {operand} = {local}, so {operand} gets {contribution}.",
    "relu open": "The gate of relu is open at {operand} = {number}, above 0: everything gets through.",
    "relu closed": "The gate of relu is closed at {operand} = {number}, below 0: nothing gets through.",
    "relu corner": "relu has a corner at 0, and PyTorch takes the slope 0 there: nothing gets through.",
    "relu array": "The gate of relu is open at {open} of {count} elements; the others get 0.",
    "abs positive": "{operand} = {number} is positive, so the gradient passes unchanged.",
    "abs negative": "{operand} = {number} is negative, so abs turns the gradient around.",
    "abs corner": "abs has a corner at 0, and PyTorch takes the slope 0 there: nothing gets through.",
    "winner": "{winner} was taken, so it gets everything and {loser} gets 0.",
    "winner one": "{winner} was taken, so it gets everything.",
    "loser one": "The other one was taken, so {loser} gets 0.",
    "tie": "{first} and {second} are equal, and PyTorch gives each of them half.",
    "tie one": "Both sides are equal, and PyTorch gives {operand} half.",
    "chosen": "The condition chose {operand}, so the gradient goes on to it unchanged.",
    "not chosen": "The condition did not choose {operand}, so it gets 0.",
    "max array": "At each place the operand that was taken gets the gradient; equal ones get half each.",
    "where array": "At each place the gradient goes to the operand that the condition chose; the other one gets 0.",
    "max": "Everything goes to the element that was taken, number {place} (counting from 0); the others get 0.",
    "max tie": "{ties} elements tie, and PyTorch gives each of them 1/{ties} of it.",
    "mean": "The mean shares it evenly: each of the {count} elements gets 1/{count} of it.",
    "sum": "A sum passes it on unchanged to each of its {count} elements.",
    "dot": "Each vector gets the other one.",
    "dot times": "Each vector gets the other one, times {upstream}.",
    "matrix": "{parts}, with G the gradient at {result}.",
    "matrix part": "{operand} gets {product}",
    "moves": "No number is computed here, so the gradient only goes back to the shape of {operand}.",
    "select": "Only the chosen elements of {operand} get the gradient; the others get 0.",
    "softmax": "The results share a total of 1, so the gradients of {operand} add up to 0.",
    "inside": "Nothing was clamped at {operand} = {number}, so the gradient passes unchanged.",
    "outside": "{operand} = {number} was clamped: a small change does nothing, so it gets 0.",
    "elements": "Element by element, the upstream gradient is multiplied by the local one.",
    "vjp": "The vector-Jacobian product vᵀJ: each element of {operand} collects from all elements of {result}.",
    "row": "Each element of {operand} gets it times its own local gradient.",
    "copies": "{operand} was copied to {count} places, so it gets the sum over its copies: {contribution}.",
    "sum of uses": "{operand} is used {count} times, and its contributions add up: {total}.",
    "more to come": "{operand} is used {count} times: this is contribution {position} of {count}, and they will be "
    "added.",
    "hands on": "It hands on what it got.",
    "own": "The program's own backward() gives {operand} {contribution}.",
}

ACCUMULATE = {
    "first": "{leaf}.grad was None; now it holds {added}.",
    "first shape": "{leaf}.grad was None; now it holds its gradient, of shape {shape}.",
    "adds": "{leaf}.grad already held {before}. PyTorch never replaces it, it adds: now it holds {after}.",
    "adds shape": "{leaf}.grad already held a gradient. PyTorch never replaces it, it adds, element by element.",
    "retained": "{leaf} is no leaf; it keeps its gradient because the program called retain_grad().",
    "root": "The derivative of a value by itself is 1.",
    "untouched": "No way leads from here to {leaf}, so {leaf}.grad stays None: that is no gradient, not a gradient "
    "of 0.",
    "untouched many": "No way leads from here to {leaves}, so their .grad stays None: that is no gradient, not a "
    "gradient of 0.",
}

FREE = {
    "one": "backward() is done. The node drops its saved values, so a second backward() through this graph would fail.",
    "many": "backward() is done. The {count} nodes drop their saved values, so a second backward() through this graph "
    "would fail.",
}
