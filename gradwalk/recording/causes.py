"""Which known error a failure is: from its type and message to a short key, and the pieces of the message by name.

The messages are those of PyTorch 2.13 and of Python 3.11 to 3.13. ``gradwalk.failures`` has the sentences, by key.
"""

from __future__ import annotations

import re

from gradwalk.recording.messages import RUNTIME, SIZE

_INDEX = (
    ("target-range", r"Target (?P<target>-?\d+) is out of bounds"),
    ("index-dtype", r"tensors used as indices must be long, int, byte or bool tensors"),
    ("dimension-range", r"to be in range of \[-\d+, (?P<last>\d+)\], but got (?P<dim>-?\d+)\)"),
    ("index-range", r"index (?P<index>-?\d+) is out of bounds for dimension (?P<dim>\d+) with size (?P<size>\d+)"),
    ("embedding-range", r"index out of range in self"),
    ("index-of-number", r"invalid index of a 0-dim tensor"),
    ("too-many-indices", r"too many indices for tensor of dimension (?P<dimensions>\d+)"),
    ("tuple-range", r"^tuple index out of range$"),
)
_VALUE = (
    ("unpacked-count", r"^not enough values to unpack \(expected (?:at least )?(?P<expected>\d+), got (?P<got>\d+)\)$"),
    ("transform-not-tensor", r"Thing passed to transform API must be Tensor, got <class '(?P<kind>[\w.]+)'>"),
    ("target-batch", r"input batch_size \((?P<input>\d+)\) to match target batch_size \((?P<target>\d+)\)"),
    ("target-size", rf"target size \({SIZE % 'target'}\) that is different to the input size \({SIZE % 'input'}\)"),
    ("target-size", rf"Target size \({SIZE % 'target'}\) must be the same as input size \({SIZE % 'input'}\)"),
    ("dtype-mismatch", r"input dtype \(torch\.(?P<left>\w+)\) does not match weight dtype \(torch\.(?P<right>\w+)\)"),
    ("ragged", r"expected sequence of length (?P<first>\d+) at dim \d+ \(got (?P<other>\d+)\)"),
    ("one-number", r"only one element tensors can be converted to Python scalars"),
    ("batch-of-one", rf"more than 1 value per channel when training, got input size {SIZE % 'input'}"),
    ("norm-dimensions", r"expected (?P<expected>\dD(?: or \dD)?) input \(got (?P<got>\d)D input\)"),
    ("text-data", r"^too many dimensions 'str'$"),
    ("frame-data", r"could not determine the shape of object type '(?P<kind>DataFrame|Series)'"),
    (
        "optimizer-groups",
        r"^loaded state dict (?:contains a parameter group that|has a different number of parameter g)",
    ),
    (
        "distribution",
        r"^Expected parameter (?P<name>\w+) \(.*\) of distribution (?P<distribution>\w+)\(.* to satisfy the constraint",
    ),
    ("fan-of-vector", r"^Fan in and fan out can not be computed for tensor with fewer than 2 dimensions"),
    ("no-parameters", r"optimizer got an empty parameter list"),
    ("computed-parameter", r"can't optimize a non-leaf Tensor"),
    ("learning-rate", r"Invalid learning rate: (?P<rate>-\S+)"),
    ("nesterov", r"Nesterov momentum requires a momentum and zero dampening"),
    ("parameter-twice", r"some parameters appear in more than one parameter group"),
)
_TYPE = (
    (
        "tensors-in-a-list",
        r"^(?P<function>cat|stack)\(\): argument 'tensors' \(position 1\) must be tuple of Tensors, not Tensor",
    ),
    ("size-of-floats", r"^(?P<function>\w+)\(\): argument 'size' .* tuple of ints, but found element of type float"),
    ("lstm-states", r"^lstm(?:_cell)?\(\): argument 'hx' \(position 2\) must be tuple of Tensors, not Tensor"),
    ("class-as-context", r"^'type' object does not support the context manager protocol"),
    ("object-array", r"can't convert np\.ndarray of type numpy\.(?P<dtype>object_|str_)"),
    ("seed-number", r"gradients can be either Tensors or None, but got (?P<kind>\w+)"),
    ("hook-type", r"^expected Variable, but hook returned '(?P<kind>[\w.]+)'"),
    ("gradient-type", r"assigned grad expected to be a Tensor or None but got grad of type (?P<kind>\w+)"),
    (
        "function-saves-no-tensor",
        r"save_for_backward can only save variables, but argument \d+ is of type (?P<kind>\w+)",
    ),
    ("length-of-number", r"(?:len\(\) of|iteration over) a 0-d tensor"),
    ("no-length", r"^object of type '(?P<owner>[\w.]+)' has no len\(\)$"),
    ("plain-buffer", r"^cannot assign '(?P<kind>[\w.]+)' object to buffer '(?P<name>\w+)'"),
    ("text-data", r"^new\(\): invalid data type 'str'$"),
    (
        "compared",
        r"^'(?P<operator>[<>=]+)' not supported between instances of '(?P<left>[\w.]+)' and '(?P<right>[\w.]+)'$",
    ),
    ("format-many", r"^unsupported format string passed to Tensor\.__format__$"),
    ("plain-parameter", r"cannot assign '[\w.]+' as parameter '(?P<name>\w+)'"),
    ("not-a-module", r"(?P<kind>[\w.]+) is not a Module subclass"),
    ("state-dict-of-module", r"Expected state_dict to be dict-like"),
    ("one-parameter", r"params argument given to the optimizer should be an iterable of Tensors or dicts"),
    ("wrong-parameter", r"optimizer can only optimize Tensors, but one of the params is (?P<kind>[\w.]+)"),
    ("closure", r"(?P<name>\w+)\.step\(\) missing 1 required positional argument: 'closure'"),
    (
        "missing-argument",
        r"(?P<function>[\w.]+)\(\) missing \d+ required (?:positional|keyword-only) arguments?: (?P<names>.+)$",
    ),
    (
        "argument-count",
        r"(?P<function>[\w.]+)\(\) takes (?P<takes>(?:from \d+ to )?\d+) positional arguments? but (?P<given>\d+) w",
    ),
    ("not-an-optimizer", r"^(?P<kind>\w+) is not an Optimizer$"),
    ("not-a-number", r"float\(\) argument must be a string or a real number, not 'NoneType'"),
    ("not-indexable", r"'generator' object is not subscriptable"),
    ("capital-tensor", r"^new\(\) received .* - got \((?P<given>.*?), requires_grad=bool\)"),
    ("unknown-keyword", r"(?P<function>[\w.]+)\(\) got an unexpected keyword argument '(?P<name>\w+)'"),
    ("not-a-tensor", r"argument '\w+' \(position \d+\) must be Tensor, not (?P<kind>[\w.]+)"),
    ("not-a-tensor", r"expected Tensor as element \d+ in argument \d+, but got (?P<kind>\w+)"),
    (
        "argument-kinds",
        r"^(?P<function>\w+)\(\) received an invalid combination of arguments - got \((?P<given>[\w., ]+)\)",
    ),
    ("needs-integer", r"only integer tensors of a single element can be converted to an index"),
    ("sequence-times", r"can't multiply sequence by non-int of type '(?P<kind>[\w.]+)'"),
    ("operand-types", r"type\(s\) for (?P<operator>\S+).*: '(?P<left>[\w.]+)' and '(?P<right>[\w.]+)'"),
    ("not-subscriptable", r"'(?P<owner>[\w.]+)' object is not subscriptable"),
    ("not-iterable", r"'(?P<owner>[\w.]+)' object is not iterable"),
    ("not-callable", r"'(?P<owner>[\w.]+)' object is not callable"),
)
_ATTRIBUTE = (
    ("module-init", r"cannot assign (?:module|parameters?|buffer) before Module\.__init__\(\) call"),
    ("module-init", r"object has no attribute '_(?:backward_hooks|parameters|modules|buffers)'"),
    ("missing-attribute", r"'(?P<owner>[\w.]+)' (?:object )?has no attribute '(?P<name>\w+)'"),
)

CAUSES: dict[str, tuple[tuple[str, re.Pattern[str]], ...]] = {
    kind: tuple((key, re.compile(pattern, re.DOTALL)) for key, pattern in known)
    for kind, known in {
        "RuntimeError": RUNTIME,
        "IndexError": _INDEX,
        "ValueError": _VALUE,
        "TypeError": _TYPE,
        "AttributeError": _ATTRIBUTE,
        "NotImplementedError": (
            ("meta-device", r"^Cannot copy out of meta tensor; no data!"),
            ("function-without-backward", r"implement either the backward or vjp method"),
            ("needs-floats", r"not implemented for '(?:Long|Int|Short|Byte|Char)'"),
            ("module-forward", r"Module \[(?P<model>\w+)\] is missing the required \"forward\" function"),
        ),
        "AssertionError": (
            ("scaler-unscaled", r"^Attempted step but _scale is None"),
            ("no-cuda", r"Torch not compiled with CUDA enabled"),
            ("attention-heads", r"embed_dim must be divisible by num_heads"),
        ),
        "GradcheckError": (("gradcheck", r"Jacobian mismatch"),),
        "ZeroDivisionError": (("division-by-zero", r""),),
        "NameError": (("unknown-name", r"name '(?P<name>\w+)' is not defined"),),
        "UnboundLocalError": (("unbound-name", r"local variable '(?P<name>\w+)'"),),
        "ModuleNotFoundError": (("unknown-module", r"No module named '(?P<name>[\w.]+)'"),),
        "ImportError": (("unknown-import", r"cannot import name '(?P<name>\w+)' from '(?P<owner>[\w.]+)'"),),
        "SyntaxError": (
            ("never-closed", r"'(?P<bracket>.)' was never closed"),
            ("no-colon", r"expected ':'"),
            ("unfinished", r"^incomplete input$"),
        ),
        "FileNotFoundError": (
            ("no-file", r"No such file or directory: '(?P<name>.*)'$"),
            ("no-file", r"^(?P<name>.+) not found\.$"),  # as NumPy says it
        ),
        "PermissionError": (("not-permitted", r"Operation not permitted|Permission denied"),),
        "URLError": (("no-network", r"in name resolution|Operation not permitted"),),
        "gaierror": (("no-network", r""),),
        "ConnectionError": (("no-network", r"Failed to resolve|Max retries exceeded"),),
        "StdinNotImplementedError": (("no-keyboard", r""),),
        "KeyboardInterrupt": (("interrupted", r""),),
        "MemoryError": (("no-memory", r""),),
        "_ArrayMemoryError": (("no-memory", r""),),
        "_IncompleteInputError": (("unfinished", r""),),  # as Python 3.13 calls it
        "IndentationError": (("no-block", r"expected an indented block after (?P<what>.+?) on line"),),
    }.items()
}
"""By the name of the exception's class: a key, and what is found in the message; its named groups are the pieces."""


def cause(kind: str, message: str) -> str | None:
    """The key of the first cause that fits; None for an error that nothing is known of."""
    return next((key for key, pattern in CAUSES.get(kind, ()) if pattern.search(message)), None)


def pieces(kind: str, message: str) -> dict[str, str]:
    """The named pieces of a message, as the first cause that fits finds them."""
    found = next((found for _, pattern in CAUSES.get(kind, ()) if (found := pattern.search(message))), None)
    return {} if found is None else {name: text for name, text in found.groupdict().items() if text is not None}
