"""Every sentence that a reader sees, as templates with named pieces: a translation replaces this one file."""

from __future__ import annotations

PHASES = {
    "forward": "Forward",
    "local": "Local gradients",
    "backward": "Backward",
    "update": "Update",
    "after": "After backward()",
    "failure": "Error",
    "folded": "More turns",
}

# What an operation is called in a title; one that is missing goes by PyTorch's name.
OPERATIONS = {
    "add": "addition",
    "sub": "subtraction",
    "rsub": "subtraction",
    "mul": "multiplication",
    "div": "division",
    "pow": "the power",
    "square": "the square",
    "neg": "the minus sign",
    "reciprocal": "1 / x",
    "sqrt": "the square root",
    "abs": "the absolute value",
    "mm": "the matrix product",
    "mv": "the matrix product",
    "bmm": "the matrix product",
    "addmm": "the matrix product",
    "dot": "the dot product",
    "t": "the transpose",
    "view": "reshape",
    "_unsafe_view": "reshape",
    "_to_copy": "the change of dtype",
    "_softmax": "softmax",
    "_log_softmax": "log_softmax",
    "linalg_vector_norm": "the norm",
    "maximum": "max",
    "minimum": "min",
    "select": "the index",
    "slice": "the index",
    "clone": "the copy",
    "scalar_tensor": "a constant",
    **dict.fromkeys(("gt", "ge", "lt", "le", "eq", "ne"), "the comparison"),
}

TITLES = {
    "start": "Start",
    "forward": "Forward through {operation}",
    "local": "Local gradient ∂{result}/∂{operand}",
    "seed": "Backward starts at {root}",
    "backward": "Backward through {operation}",
    "node": "Backward through {node}",
    "accumulate": "Into {leaf}.grad",
    "free": "Saved values are released",
    "update": "{name} changes in place",
    "step": "{optimizer} updates {name}",
    "cleared": "{leaves}.grad is cleared",
    "cleared many": "The gradients are cleared",
    "bound": "{names}",
    "rebound": "{name} is no leaf any more",
    "print": "A line is printed",
    "result": "The cell shows its last value",
    "warning": "PyTorch warns",
    "notice": "A notice",
    "turn": "backward() {place} of {count}",
    "one turn": "backward()",
    "no turn": "No backward()",
    "failed turn": "A backward() that fails",
}

START = {
    "graph": "In the computation graph each box holds a value; an arrow leads to the operation that uses it.",
    "known": "So far only {inputs} is known.",
    "known many": "So far only {inputs} are known.",
    "overflow": "{name} is {made}, as its number is beyond the largest {dtype}, {largest}.",
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
    "keeps": "PyTorch notes {node} for the way back and keeps {saved} for it.",
    "notes": "PyTorch notes {node} for the way back; this one needs no values for it.",
    "notes constants": "PyTorch notes {node} for the way back.",
    "constant": "Nothing in it requires a gradient, so PyTorch notes nothing for the way back.",
    "cut": "The number goes on, but the way back is cut: no gradient flows through detach().",
    "no derivative": "{kernel} has no derivative: no edge leads back from {result}, which is something else than a "
    "gradient of 0.",
    "own": "PyTorch notes {node} for the way back: there it will call the backward() that the program wrote.",
    "unrecorded": "PyTorch does not record this operation here, so no gradient can flow back through it.",
    "rounded": "Exactly it is {exact}; {dtype} has no number so close to {made} and rounds it to {made}.",
    "in place": "The change is in place: {result} now holds the new value.",
    "through a view": "{view} changes to {part}. It lives in the memory of {base}, so {base} changes in place, "
    "to {number}.",
    "through a view shape": "{view} changes. It lives in the memory of {base}, so {base} changes in place.",
}

LOCAL = {
    "rises": "If {operand} grows a little, {result} grows {size} times as much.",
    "falls": "If {operand} grows a little, {result} falls {size} times as much.",
    "same": "If {operand} grows a little, {result} grows just as much.",
    "opposite": "If {operand} grows a little, {result} falls just as much.",
    "flat": "If {operand} changes a little, {result} does not change at all.",
    "not stored": "PyTorch stores none of these local gradients; it multiplies them in during backward.",
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
    "tie": "Both are equal here, and PyTorch gives each of them half.",
    "winner": "{operand} is the one that was taken.",
    "loser": "The other one was taken.",
    "jump": "{result} jumps at this {operand} and has no slope here; PyTorch takes 0, as on the flat pieces beside it.",
    "step": "The function is a staircase: flat between its steps.",
}

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")

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

UPDATE = {
    "number": "{name} was {before} and is now {after}. Its memory is the same, and so are all who look at it.",
    "array": "{name} changes from {before} to {after}, in the same memory.",
    "shape": "{name} gets new numbers in the same memory.",
    "optimizer": "{optimizer} takes {name} one step against its gradient, from {before} to {after}.",
    "optimizer shape": "{optimizer} takes each of the {count} numbers of {name} one step against its gradient.",
    "remembers": "For its next step it remembers {state}.",
    "version": "This is version {new} of the tensor; before, it was version {old}.",
    "no graph": "PyTorch notes nothing for the way back here, so {name} stays a leaf and no graph grows.",
    "grad zero": "{name} is set to 0 in place. The next backward() adds to it, so now it begins at 0.",
    "grad": "{name} changes in place.",
    "cleared": "{leaves}: the gradient is None again, and the next backward() writes a new one instead of adding.",
    "cleared zeros": "{leaves}: the gradient is 0 again, so the next backward() adds to nothing.",
}

# What a name stands for that is bound to something to call, by the kind that the recording gives.
CALLABLES = {
    "Procedure": "a function of yours",
    "ClassObject": "a class of yours",
    "Function": "a function",
    "Method": "a method",
    "Builtin": "a built-in of Python",
}

BOUND = {
    "leaf": "{name} is a leaf that requires a gradient: PyTorch follows what is computed with it, and {name}.grad is "
    "None until a backward().",
    "constant": "{name} needs no gradient: PyTorch computes with it, and no gradient flows to it.",
    "shares": "{name} lives in the same memory as {other}: a change in place of one is seen in both.",
    "same": "{name} is another name for {other}: both are one tensor.",
    "tracked": "{name} carries {node}: a graph hangs behind it, back to the leaves.",
    "plain": "{name} is plain Python, {text}; autograd knows nothing of it.",
    "rebound": "{name} was a leaf; now the name stands for a result with {node}, which keeps no .grad, and in a loop "
    "the graph behind it grows. An update leaves the leaf a leaf when it changes it in place under torch.no_grad().",
    "object": "{name} is {article} {text}.",
    "callable": "{name} is {what}.",
    "is": "{name} = {text}",
    "has": "{name} ({shape})",
}

SHOWN = {
    "short": "{text}",
    "long": "{text} …",
}

EPISODE = {
    "folded": "This step stands for a whole turn, from forward to update. Open it to walk through it.",
    "folded loss": "{root} = {loss}. This step stands for a whole turn, from forward to update. Open it to walk "
    "through it.",
    "beginning": "Nothing has run yet. Press → to run the program line by line.",
    "beginning graph": "Nothing has run yet. Each box of the computation graph will hold a value; an arrow leads to "
    "the operation that uses it. Press → to run the program line by line.",
}

BLAME = {
    "freed": "It was released at step {step}.",
    "changed": "{node} had saved {name} for the way back (version {old}); at step {step} it was changed in place "
    "(version {new}).",
    "cut": "The way is cut at step {step}, where {name} is made without a graph.",
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
    "nan": "{kernel} has no value here: PyTorch gives nan, not a number.",
    "nan spreads": "{name} holds nan, and whatever is computed with nan is nan.",
    "inf spreads": "It is {made} because {name} is infinite.",
    "zero times inf": "0 · inf = nan: zero times infinity is undefined.",
    "inf minus inf": "inf − inf = nan: a difference of infinities has no value.",
    "inf over inf": "inf / inf = nan: a quotient of infinities has no value.",
    "nan from inf": "{kernel} has no value at infinity, so this is nan.",
    "local of odd": "The value here is already {made}, so its slope says nothing useful.",
    "no slope": "There is no slope at this point: PyTorch gives nan.",
    "no value": "{result} has no value here, so no slope either: what goes on from here says nothing.",
    "infinite": "The slope is infinite at this point: {made}.",
    "nan arrives": "nan arrives, and whatever is multiplied by nan is nan.",
    "nan slope": "The local gradient is nan, and so is all that is multiplied by it.",
    "inf arrives": "An infinite gradient arrives, and it stays infinite.",
    "inf slope": "The slope is infinite here, and so is what it passes on.",
}

OVERFLOW = "The result is beyond the largest {dtype}, {largest}, so it overflows to {made}."

# Why a statement failed and what would work, by ``Failure.cause``.
FAILURES = {
    "backward-twice": (
        "backward() a second time",
        "The first backward() released what its nodes had saved in the forward pass, and the second one needs it.",
        "Compute the result anew before the second backward(), or write retain_graph=True in the first one.",
    ),
    "non-scalar-root": (
        "backward() needs one number",
        "A gradient belongs to one number. This tensor has several elements, and PyTorch cannot know how much each of "
        "them counts.",
        "Make one number of it with .sum() or .mean(), or say what each element counts: backward(v), where v has the "
        "same shape.",
    ),
    "nothing-requires-grad": (
        "No way back",
        "PyTorch noted no graph for this tensor: none of its inputs has requires_grad=True, or detach() or no_grad() "
        "cut the way to them.",
        "Write requires_grad=True where an input is made, and compute the result from it.",
    ),
    "seed-shape": (
        "The seed has another shape",
        "The v of backward(v) says how much each element of the result counts, so it needs one number for each.",
        "Give v the shape of the result.",
    ),
    "integer-requires-grad": (
        "Integers have no gradient",
        "A gradient asks what happens when a number changes a little, and an integer cannot change a little.",
        "Write 2.0 instead of 2, or dtype=torch.float32.",
    ),
    "in-place-on-leaf": (
        "A leaf cannot change in place",
        "This leaf requires a gradient. If it changed in the middle of the computation, its .grad would belong to a "
        "value that no longer exists.",
        "Make a new tensor (y = x + 1), or, for an update after backward(), write it under torch.no_grad().",
    ),
    "saved-value-changed": (
        "A saved value has changed",
        "A node had saved this tensor for the way back, and then it was changed in place. With the new numbers the "
        "gradient would be wrong, so PyTorch stops.",
        "Write y = y + 1 instead of y += 1: then the old value lives on.",
    ),
    "flag-on-non-leaf": (
        "Only a leaf has this switch",
        "This tensor was computed, and whether it requires a gradient follows from its operands.",
        "Write requires_grad where the leaf is made, or use .detach() for a copy without a gradient.",
    ),
    "shape-mismatch": (
        "The shapes do not fit",
        "Element by element, sizes must be equal or 1, compared from the right. In a matrix product, the columns of "
        "the left must be as many as the rows of the right.",
        "Compare the shapes in the message; .reshape(), .T or another operation can make them fit.",
    ),
    "division-by-zero": (
        "Division by 0",
        "Two plain Python numbers were divided, and Python stops at 0. A tensor would give inf instead.",
        "Change the divisor, or make one of the numbers a tensor.",
    ),
    "unknown-name": (
        "A name without a value",
        "When this line ran, nothing had been assigned to the name yet.",
        "Assign it before, or check how it is written.",
    ),
}

FAILURE = ("{type}", "PyTorch stopped here and said: “{message}”.", "What ran before this line stays as it is.")
