"""Sentences on the backward pass: the seed, each node, each .grad, and what is released."""

from __future__ import annotations

SEED = {
    "one": "The gradient of a value says how many times as much {root} changes when that value changes a little. For "
    "{root} itself that is 1. From here the chain rule goes back along the arrows.",
    "altered": "The pass starts at {root} with {seed}. On its way back a hook, or a backward() that the program wrote, "
    "has a say: what comes to a leaf need not be a derivative of {root}.",
    "saved changed": "The pass starts at {root} with {seed}. Something that a node had saved was changed since, and "
    "autograd did not count it: what comes to a leaf need not be a derivative of {root}.",
    "number": "The seed is {seed} instead of 1: every gradient comes out {seed} times as large.",
    "vector": "{root} has {count} elements, and a gradient needs one number. The seed {v} says how much each element "
    "counts: {target} = Σ {v} · {root}. What reaches a leaf is {v}ᵀJ.",
    "ones": "{root} has {count} elements, and a gradient needs one number. With ones as the seed {v}, that number, "
    "{target}, is the sum of the elements. What reaches a leaf is {v}ᵀJ.",
    "empty": "{root} has no elements, so the pass starts with a gradient that has none.",
    "several": "The pass starts at {roots} at once. What it differentiates is {target}, the sum of their elements, "
    "each as often as its seed says.",
    "grad": "torch.autograd.grad hands what comes back to {inputs} to the program; no leaf's .grad changes.",
    "inputs": "inputs names {inputs}: no other leaf gets anything added to its .grad.",
    "create": "create_graph=True: the pass itself is recorded, so that its gradients can be differentiated, and what "
    "the nodes saved will be kept.",
    "retain": "retain_graph=True: what the nodes saved will be kept.",
    "again": "The graph was walked before, but what its nodes saved was kept, so it can be walked again.",
    "again unsaved": "The graph was walked before, but its nodes need no saved tensors, so it can be walked again.",
    "again in part": "A part of the graph was walked before, but what its nodes saved was kept, so it can be walked "
    "again.",
    "again in part unsaved": "A part of the graph was walked before, but its nodes need no saved tensors, so it can be "
    "walked again.",
}

BACKWARD = {
    "pull": "The gradient arriving at {result} is {upstream}.",
    "pull root": "The gradient starts at {result} as {upstream}.",
    "pull hooked": "The gradient at {result} is {upstream}, as the program's hook left it.",
    "pull shape": "The gradient of {target} arrives at {result}, one number for each of its {count} elements.",
    "pull shape one": "The gradient of {target} arrives at {result}.",
    "pull altered": "A gradient arrives at {result}, one number for each of its {count} elements.",
    "pull altered one": "A gradient arrives at {result}.",
    "results": "Gradients arrive at {results}. Of each of them {operand} gets the vector-Jacobian product vᵀJ, and "
    "these add up.",
    "one result": "A gradient arrives at {results} alone. {operand} gets its vector-Jacobian product vᵀJ.",
    "results back": "Gradients arrive at {results}, and go back to where their elements stand in {operand}; an element "
    "that got none gets 0.",
    "one result back": "A gradient arrives at {results} alone, and goes back to where its elements stand in {operand}; "
    "the other elements get 0.",
    "through a view": "Only the part that {view} shows was changed; elsewhere the gradient goes on to {base} as it is.",
    "nothing": "The gradient arriving at {result} is 0, so nothing is passed on.",
    "nothing there": "{result} has no elements, so no gradient arrives at it, and what is passed on is 0.",
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
    "mul array one": "{operand} gets it times the other factor, element by element.",
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
    "max groups": "Of the elements that a result was taken from, the one that was taken gets its gradient; the others "
    "get 0.",
    "filled": "Where the mask is true the number was replaced, so {operand} gets 0 there; elsewhere the gradient "
    "passes unchanged.",
    "overwritten": "What {operand} held was overwritten and has no part in {result}, so it gets 0.",
    "overwritten by": "{source} was written there, so the gradient goes on to it unchanged.",
    "mean": "The mean shares it evenly: each of the {count} elements gets 1/{count} of it.",
    "mean groups": "Each mean shares its gradient evenly: each of its {count} elements gets 1/{count} of it.",
    "sum": "A sum passes it on unchanged to each of its {count} elements.",
    "sum groups": "Each sum passes its gradient on unchanged to each of its {count} elements.",
    "prod": "Each element of {operand} gets it times the product of the others.",
    "dot": "Each vector gets the other one.",
    "dot times": "Each vector gets the other one, times {upstream}.",
    "matrix": "{parts}, with {letter} the gradient at {result}.",
    "matrix part": "{operand} gets {product}",
    "matrix batch": "For each matrix of the batch: {parts}, with {letter} the gradient at {result}.",
    "column sums": "{operand} gets {scale}the sum of each column of {letter}",
    "copy sums": "{operand} gets {scale}{letter} summed over its copies",
    "transposed": "The gradient is transposed as well.",
    "transposed product": "The gradient is transposed as well: {operand} gets {product}, with {letter} the gradient "
    "at {source}.",
    "order": "The dimensions of the gradient go back to the order that they have in {operand}.",
    "shuffled": "No number is computed here: each element of the gradient goes back to where it stood in {operand}.",
    "moves": "No number is computed here: the gradient goes back to the shape of {operand}, its elements in their "
    "order.",
    "copied": "Nothing is computed here but copies.",
    "part": "{operand} gets the part of the gradient where it stands.",
    "parts": "The gradient is split where the pieces were joined: each gets the part where it stands.",
    "select": "Only the chosen elements of {operand} get the gradient; the others get 0.",
    "taken": "Each element of {operand} gets the sum of the gradients at the places that it was taken to; one that was "
    "not taken gets 0.",
    "softmax": "The results share a total of 1, so the gradients of {operand} add up to 0.",
    "softmax along": "The results share a total of 1 along dimension {dim}. Elements of {operand} mix only along it, "
    "and there their gradients add up to 0.",
    "log_softmax": "The same number added to all of {operand} changes no result, so its gradients add up to 0.",
    "log_softmax along": "Elements of {operand} mix only along dimension {dim}. The same number added to all of them "
    "changes no result, so along it their gradients add up to 0.",
    "running": "Each element of {operand} gets the sum of the gradients at its own place and at all after it.",
    "running along": "Along dimension {dim}, each element of {operand} gets the sum of the gradients at its own place "
    "and at all after it.",
    "normalized": "{operand} is normalized in groups of {count}. Elements mix only inside of a group, and there their "
    "gradients add up to 0.",
    "inside": "Nothing was clamped at {operand} = {number}, so the gradient passes unchanged.",
    "outside": "{operand} = {number} was clamped: a small change does nothing, so it gets 0.",
    "elements": "Element by element, the upstream gradient is multiplied by the local one.",
    "vjp": "The vector-Jacobian product vᵀJ: an element of {operand} gets the sum over all elements of {result}, the "
    "gradient of each times its local gradient.",
    "row": "Each element of {operand} gets it times its own local gradient.",
    "copies": "{operand} was copied to {count} places, so it gets the sum over its copies: {contribution}.",
    "copies each": "Each element of {operand} was copied to {count} places, so it gets the sum over its copies: "
    "{contribution}.",
    "copies rows": "{operand} was copied to {count} rows, so it gets the sum of each column: {contribution}.",
    "sum of uses": "{operand} is used {count} times, and its contributions add up: {total}.",
    "more to come": "{operand} is used {count} times: this is contribution {position} of {count}, and they will be "
    "added.",
    "unseen": "No operation that was seen made {node}. It got {upstream} and hands on {contribution}.",
    "unseen in": "No operation that was seen made {node}. It got {upstream}.",
    "unseen out": "No operation that was seen made {node}. It hands on {contribution}.",
    "unseen none": "No operation that was seen made {node}.",
    "nothing arrives": "No gradient arrives at {node}.",
    "nothing arrives out": "No gradient arrives at {node}. It hands on {contribution}.",
    "hands on": "It hands on what it got.",
    "module hooks": "Here PyTorch calls the hooks of a module: {operand} gets {contribution}.",
    "changed before": "What came to {result} was {before}, and a hook changed it: it is {upstream} here.",
    "changed after": "What it hands on is not what its rule gives, as where a hook of the node changes it: {parts}.",
    "saved changed": "{node} had saved {saved} = {before}. By a change that autograd does not count, that memory holds "
    "{after} now, and the node computes with it: {parts}.",
    "changed part": "{operand} gets {contribution}",
    "own several": "By the program's own backward(), {parts}.",
    "own": "The program's own backward() gives {operand} {contribution}.",
}

ACCUMULATE = {
    "first": "{leaf}.grad was None; now it holds {added}.",
    "first shape": "{leaf}.grad was None; now it holds its gradient, of shape {shape}.",
    "adds": "{leaf}.grad already held {before}. PyTorch never replaces it, it adds: now it holds {after}.",
    "adds shape": "{leaf}.grad already held a gradient. PyTorch never replaces it, it adds, element by element.",
    "retained": "{leaf} is no leaf; it keeps its gradient because the program called retain_grad().",
    "root": "The derivative of a value by itself is 1.",
    "untouched": "No way leads from here to {leaf}, so nothing is added to {leaf}.grad, not even a 0.",
    "untouched many": "No way leads from here to {leaves}, so nothing is added to their .grad, not even a 0.",
}

FREE = {
    "one": "The pass is done. The node drops its saved tensors, so a second pass through this graph would fail.",
    "many": "The pass is done. The {count} nodes drop their saved tensors, so a second pass through this graph would "
    "fail.",
    "unseen one": "A pass that is not recorded has gone through this node. It drops its saved tensors, so a second "
    "pass through it would fail.",
    "unseen many": "A pass that is not recorded has gone through these {count} nodes. They drop their saved tensors, "
    "so a second pass through them would fail.",
}
