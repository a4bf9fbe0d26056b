"""Why a call, a method or a module was refused that is used in another way, and what would work."""

from __future__ import annotations

CALLS = {
    "missing-argument": (
        "An argument is missing",
        "{function}() needs {names} as well, and this call gives nothing for it.",
        "Pass it in the call, or give it a default value where the function is defined.",
    ),
    "missing-argument-forward": (
        "An argument is missing",
        "{function}() needs {names} as well. The call of a module hands on to forward() what stands in its "
        "parentheses.",
        "Pass it where the module is called, or give it a default value in the line with def.",
    ),
    "argument-count": (
        "Another number of arguments",
        "{function}() takes {takes}, and {given} came. Of a method's, the object itself is the first, which Python "
        "passes by itself.",
        "Look at the line with def: a method begins with self. Then pass as many as it has.",
    ),
    "made-with-data": (
        "{model} takes other arguments",
        "What stands in the parentheses behind {model} goes to its __init__(), which takes {takes}, the object itself "
        "among them; {given} came.",
        "If this is data, make the object first, as in model = {model}(), and then call it: model(x). Else pass as "
        "many as __init__() has.",
    ),
    "layer-made-with-data": (
        "A layer is made first, then applied",
        "{model} is a module: what stands in its first parentheses are its settings, and this is data.",
        "Write two pairs of parentheses, as in nn.{model}()(x), or call the function of torch.nn.functional.",
    ),
    "layer-not-applied": (
        "A layer is made first, then applied",
        "{object} is the module {owner} itself, and not its result for some tensor.",
        "Write two pairs of parentheses: nn.{owner}()(x).",
    ),
    "tensors-in-a-list": (
        "The tensors come in a list",
        "{function}() takes all tensors as one argument, and the second argument is a dimension.",
        "Write brackets around them: torch.{function}([a, b]).",
    ),
    "class-as-context": (
        "Parentheses are missing",
        "What stands behind with is a class, such as torch.no_grad, and not an object of it.",
        "Write the parentheses behind it: with torch.no_grad():",
    ),
    "function-wanted": (
        "{function}() takes the function itself",
        "{function}() calls its first argument, and was given a tensor: what a function gives, and not the function.",
        "Write {function}(f, x), without calling f.",
    ),
    "generator-attribute": (
        "A generator has no {name}",
        "A generator, such as parameters(), hands out its elements one by one, and has itself none of what they have.",
        "Go through it, as in for p in model.parameters(): p.{name}.",
    ),
    "container-attribute": (
        "{owner} has no {name}",
        "{owner} holds other modules, and has none of what they have: each layer has its own {name}.",
        "Say which layer is meant, as in model[0].{name}; named_parameters() lists them all.",
    ),
    "container-called": (
        "{model} is only a list of modules",
        "{model} registers its modules, so that their parameters are found, and does not say in which order they run.",
        "Call them one after another in forward(): for layer in self.layers: x = layer(x).\n"
        "nn.Sequential(*layers) does just that when it is called.",
    ),
    "own-attribute": (
        "{owner} has no {name}",
        "Nothing that this object holds is called {name}. What __init__() assigns without self. is gone when it ends.",
        "Write self.{name} = … in __init__(), or check how it is written.",
    ),
    "no-step": (
        "{owner} has no {name}()",
        "{name}() belongs to the optimizer, which moves the parameters that it was made with.",
        "Call it of the optimizer: optimizer.{name}().",
    ),
    "no-zero-grad": (
        "A tensor has no zero_grad()",
        "Gradients are cleared where they are, at the parameters, and not at the loss.",
        "Write optimizer.zero_grad() or model.zero_grad(); for a single leaf w.grad = None.",
    ),
    "method-itself": (
        "A method that was not called",
        "What stands here is a method itself, and not what it returns.",
        "Write its parentheses: .size(), .parameters(), say.",
    ),
    "shape-called": (
        "A shape is no function",
        "The parentheses call what stands before them, and that is the shape itself.",
        "Write .shape[0], with brackets, or .size(0).",
    ),
    "state-loaded": (
        "load_state_dict() gives no model",
        "load_state_dict() changes its model in place, and returns a report of names that did not fit.",
        "Call it in a line of its own: model.load_state_dict(state).",
    ),
    "not-an-optimizer": (
        "A scheduler needs the optimizer",
        "A scheduler changes the learning rate that an optimizer steps with, and was given a {kind}.",
        "Pass the optimizer itself.",
    ),
    "learning-rate": (
        "The learning rate is below 0",
        "step() moves against the gradient by itself; the learning rate says how far, and here it is {rate}.",
        "Take the minus away. To go uphill, write maximize=True, or the minus before the loss.",
    ),
    "nesterov": (
        "Nesterov's step needs momentum",
        "nesterov=True looks ahead along the momentum, which has to be above 0 and without dampening.",
        "Write momentum=0.9, say, and leave dampening out; or leave nesterov out.",
    ),
    "text-arithmetic": (
        "A text does not compute",
        "One of the two is text (str). Whoever goes through a dict, as sum() does, gets its keys.",
        "Take a dict's values: sum(losses.values()). A number that is written as text becomes one by float(…).",
    ),
    "not-a-tensor-joined": (
        "Numbers have no graph",
        "torch.stack and torch.cat join tensors, and in this list stands a {kind}, through which no gradient flows.",
        "Gather the tensors themselves, without .item() or float() around them. For numbers alone there is "
        "torch.tensor(…).",
    ),
}
"""By key: a title, why it happened, and what would work."""
