"""Which known error a failure is: from its type and message to a short key, and the pieces of the message by name.

The messages are those of PyTorch 2.13 and of Python 3.11 to 3.13. ``gradwalk.failures`` has the sentences, by key.
"""

from __future__ import annotations

import re

_SIZE = r"torch\.Size\((?P<%s>\[.*?\])\)"

_RUNTIME = (
    ("not-permitted", r"open file failed with strerror: Operation not permitted"),
    ("no-memory", r"^std::bad_alloc$|DefaultCPUAllocator: (?:can't allocate|not enough) memory"),
    # The graph and backward()
    ("backward-twice", r"Trying to backward through the graph a second time"),
    ("complex-root", r"only for real scalar outputs but got torch\.(?P<dtype>\w+)"),
    ("non-scalar-root", r"grad can be implicitly created only for scalar outputs"),
    ("nothing-requires-grad", r"element \d+ of tensors does not require grad and does not have a grad_fn"),
    ("seed-shape", rf"grad_output\[\d+\] has a shape of {_SIZE % 'seed'} and output\[\d+\] .* of {_SIZE % 'root'}"),
    ("integer-requires-grad", r"[Oo]nly Tensors of floating point"),
    (
        "in-place-on-leaf",
        r"a (?:view of a )?leaf Variable that requires grad (?:is being|has been) used in an in-place",
    ),
    (
        "saved-value-changed",
        r"has been modified by an inplace operation(?:: \[\S+ (?P<shape>\[.*?\])\](?:, which is output \d+ of \w+,)? "
        r"is at version (?P<new>\d+); expected version (?P<old>\d+))?",
    ),
    ("flag-on-non-leaf", r"you can only change requires_grad flags of leaf variables"),
    ("in-place-on-many-views", r"Output \d+ of (?P<maker>\w+) is a view .* returns multiple views"),
    ("in-place-on-no-grad-view", r"A view was created in no_grad mode and is being modified inplace"),
    ("in-place-on-expanded", r"more than one element of the written-to tensor refers to a single memory location"),
    ("out-requires-grad", r"functions with out=\.\.\. arguments don't support automatic differentiation"),
    ("unused-input", r"The differentiated Tensor at index (?P<index>\d+) appears to not have been used in the graph"),
    ("unused-input", r"One of the differentiated Tensors appears to not have been used in the graph"),
    ("untracked-input", r"One of the differentiated Tensors does not require grad"),
    ("hook-on-untracked", r"cannot register a hook on a tensor that doesn't require gradient"),
    ("retain-on-untracked", r"can't retain_grad on Tensor that has requires_grad=False"),
    ("gradient-size", r"a gradient of size '(?P<gradient>\[.*?\])' to a tensor of size '(?P<tensor>\[.*?\])'"),
    ("numpy-of-tracked", r"Can't call numpy\(\) on Tensor that requires grad"),
    ("hook-shape", r"^hook '.*' has changed the size of value"),
    ("post-hook-value", r"^Tensor post accumulate grad hooks should return None"),
    (
        "module-hook-count",
        r"^Backward hook returned an invalid number of grad_input, got (?P<got>\d+), but expected (?P<expected>\d+)",
    ),
    ("hook-dtype", r"^hook '.*' has changed the type of value"),
    ("copy-of-computed", r"\(graph leaves\) support the deepcopy protocol"),
    ("inference-saved", r"Inference tensors cannot be saved for backward"),
    ("inference-changed", r"Inplace update to inference tensor outside InferenceMode is not allowed"),
    ("inference-flag", r"Setting requires_grad=True on inference tensor outside InferenceMode is not allowed"),
    ("packed-order", r"^`lengths` array must be sorted in decreasing order"),
    (
        "class-weights",
        r"for all (?P<classes>\d+) classes or no classes but got weight tensor of shape: (?P<got>\[.*?\])",
    ),
    ("target-channel", r"only batches of spatial targets supported \(3D tensors\) but got .* dimension: (?P<got>\d)"),
    ("target-sequence", r"^Expected target size (?P<expected>\[.*?\]), got (?P<got>\[.*?\])$"),
    ("no-device", r"device type at start of device string: (?P<name>[\w:]+)$"),
    ("device-missing", r"^PyTorch is not linked with support for (?P<name>\w+) devices"),
    ("nothing-to-clip", r"^Expected !nested_tensorlist\[0\]\.empty\(\)"),
    ("none-data", r"^Could not infer dtype of NoneType"),
    ("anomaly", r"Function '(?P<node>\w+)' returned nan values"),
    # Functions of one's own, and transforms
    (
        "function-count",
        r"(?P<name>\w+)Backward returned an incorrect number of gradients \(expected (?P<expected>\d+), "
        r"got (?P<got>\d+)",
    ),
    (
        "function-shape",
        r"(?P<name>\w+)Backward returned an invalid gradient at index (?P<index>\d+) - got (?P<got>\[.*?\]) but "
        r"expected shape compatible with (?P<expected>\[.*?\])",
    ),
    ("function-value", r"expected Variable or None \(got (?P<kind>[\w.]+)\)"),
    ("function-not-static", r"Legacy autograd function with non-static forward method"),
    ("vmap-if", r"vmap: .* use a Tensor in some data-dependent control flow"),
    ("vmap-item", r"vmap: .* calling \.item\(\) on a Tensor"),
    ("vmap-random", r"vmap: called random operation while in randomness error mode"),
    ("vmap-in-place", r"vmap: inplace arithmetic"),
    ("transform-backward", r"backward\(\) called inside a functorch transform"),
    ("transform-not-scalar", r"to return a scalar Tensor, got tensor with (?P<dimensions>\d+) dims"),
    # Targets of losses
    ("target-dtype", r"expected target dtype to be Long or Byte, but got (?P<dtype>\w+)"),
    ("target-column", r"0D or 1D target tensor expected, multi-target not supported"),
    ("target-probabilities", r"floating point type for target with class probabilities, got (?P<dtype>\w+)"),
    ("target-float", r"Found dtype (?P<dtype>\w+) but expected (?P<expected>\w+)"),
    ("probability-range", r"all elements of input should be between 0 and 1"),
    ("target-probability-range", r"all elements of target should be between 0 and 1"),
    # Dtypes and devices
    ("dtype-mismatch", r"must have the same dtype, but got (?P<left>\w+)(?: and|,) (?P<right>\w+)"),
    (
        "dtype-mismatch",
        r"to have the same dtype, but got: (?:c10::)?(?P<left>[\w ]+) != (?:c10::)?(?P<right>[\w ]+)",
    ),
    ("dtype-mismatch", r"to have same dtype, but found (?P<left>\w+) and (?P<right>\w+)"),
    ("dtype-mismatch", r"expected scalar type (?P<left>\w+) but found (?P<right>\w+)"),
    ("dtype-mismatch", r"Input type \((?P<left>[\w ]+)\) and \w+ type \((?P<right>[\w ]+)\) should be the same"),
    ("mixed-dtype", r"mixed dtype \(CPU\): all inputs must share same datatype"),
    ("result-cast", r"result type (?P<result>\w+) can't be cast to the desired output type (?P<dtype>\w+)"),
    ("needs-floats", r"Input dtype must be either a floating point or complex dtype"),
    ("needs-floats", r"std and var only support floating point and complex dtypes"),
    ("needs-floats", r"Expected a floating point or complex tensor as input"),
    ("index-dtype", r"to have one of the following scalar types: Long, Int; but got"),
    ("index-dtype", r"Expected dtype int32/int64 for index"),
    ("mask-dtype", r"expected condition to be a boolean tensor, but got a tensor with dtype (?P<dtype>\w+)"),
    ("mask-dtype", r"only supports boolean masks, but got mask with dtype (?P<dtype>\w+)"),
    ("meta-device", r"cannot be called on meta tensors$"),
    ("meta-device", r"^Tensor on device meta is not on|is not on the expected device meta!"),
    ("other-device", r"Expected all tensors to be on the same device"),
    ("other-device", r"Tensor on device \S+ is not on the expected device \S+"),
    ("other-device", r"Input type \((?=.*torch\.cuda).* and \w+ type \(.*\) should be the same"),
    (
        "no-cuda",
        r"Found no NVIDIA driver|No CUDA GPUs are available|Cannot initialize CUDA without"
        r"|Cannot access accelerator device when none is available",
    ),
    # Shapes
    ("state-dict", r"Error\(s\) in loading state_dict for (?P<model>\w+)"),
    (
        "matrix-shapes",
        r"shapes cannot be multiplied \((?P<rows>\d+)x(?P<columns>\d+) and (?P<inner>\d+)x(?P<outer>\d+)\)",
    ),
    ("vector-shapes", r"size mismatch, got .* mat \((?P<rows>\d+)x(?P<columns>\d+)\), vec \((?P<size>\d+)\)"),
    ("dot-shapes", r"inconsistent tensor size, expected tensor \[(?P<left>\d+)\] and src \[(?P<right>\d+)\]"),
    ("product-dimensions", r"mat2 must be a matrix|1D tensors expected|need to be at least 1D"),
    (
        "shape-mismatch",
        r"tensor a \((?P<left>\d+)\) must match .* tensor b \((?P<right>\d+)\) at non-singleton dimension (?P<dim>\d+)",
    ),
    ("in-place-shape", r"output with shape (?P<shape>\[.*?\]) doesn't match the broadcast shape (?P<needed>\[.*?\])"),
    ("channels", r"expected input(?P<input>\[.*?\]) to have (?P<channels>\d+) channels, but got (?P<got>\d+) channels"),
    ("image-dimensions", r"Expected (?P<expected>.*) input to (?P<function>\w+), but got input of size: (?P<input>.*)"),
    ("kernel-size", r"input size per channel: \((?P<input>.*?)\)\. Kernel size: \((?P<kernel>.*?)\)"),
    ("reshape-size", r"shape '(?P<shape>\[.*?\])' is invalid for input of size (?P<size>\d+)"),
    ("view-stride", r"view size is not compatible with input tensor's size and stride"),
    ("cat-dimensions", r"Tensors must have same number of dimensions: got (?P<left>\d+) and (?P<right>\d+)"),
    (
        "cat-sizes",
        r"must match except in dimension (?P<dim>\d+)\. Expected size (?P<left>\d+) but got size (?P<right>\d+) for "
        r"tensor number (?P<number>\d+)",
    ),
    ("cat-scalars", r"zero-dimensional tensor \(at position \d+\) cannot be concatenated"),
    (
        "stack-sizes",
        r"to be equal size, but got (?P<left>\[.*?\]) at entry 0 and (?P<right>\[.*?\]) at entry (?P<number>\d+)",
    ),
    ("index-range", r"index (?P<index>-?\d+) is out of bounds for dimension (?P<dim>\d+) with size (?P<size>\d+)"),
    ("one-number", r"a Tensor with \d+ elements cannot be converted to Scalar"),
    ("truth-of-many", r"Boolean value of Tensor with more than one value is ambiguous"),
    ("feature-count", r"running_mean should contain (?P<got>\d+) elements not (?P<expected>\d+)"),
    ("feature-count", r"must be equal to input_size\. Expected (?P<expected>\d+), got (?P<got>\d+)"),
    ("feature-count", r"inconsistent input_size: got (?P<got>\d+) expected (?P<expected>\d+)"),
    (
        "state-dimensions",
        r"For (?P<input>batched 3-D|unbatched 2-D) input, hx (?:and cx )?should also be (?P<wanted>\d)-D",
    ),
    ("state-shape", r"Expected hidden(?:\[\d\])? size \((?P<expected>[\d, ]+)\), got \[(?P<got>[\d, ]+)\]"),
    ("mask-shape", rf"shape of the 2D attn_mask is {_SIZE % 'got'}, but should be \((?P<expected>[\d, ]+)\)"),
    ("gather-dimensions", r"Index tensor must have the same number of dimensions as (?:input|self) tensor"),
    (
        "einsum-sizes",
        r"subscript (?P<letter>\w) has size (?P<size>\d+) for operand \d+ which does not broadcast with previously "
        r"seen size (?P<seen>\d+)",
    ),
    ("batch-product", r"batch[12] must be a 3D tensor"),
    ("permute-count", r"input\.dim\(\) = (?P<dims>\d+) is not equal to len\(dims\) = (?P<given>\d+)"),
    ("bool-minus", r"Subtraction, the `-` operator, with (?:a|two) bool tensors? is not supported"),
    ("norm-shape", r"Given normalized_shape=(?P<normalized>\[.*?\]), .* got input of size(?P<input>\[.*?\])"),
)
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
    ("target-size", rf"target size \({_SIZE % 'target'}\) that is different to the input size \({_SIZE % 'input'}\)"),
    ("target-size", rf"Target size \({_SIZE % 'target'}\) must be the same as input size \({_SIZE % 'input'}\)"),
    ("dtype-mismatch", r"input dtype \(torch\.(?P<left>\w+)\) does not match weight dtype \(torch\.(?P<right>\w+)\)"),
    ("ragged", r"expected sequence of length (?P<first>\d+) at dim \d+ \(got (?P<other>\d+)\)"),
    ("one-number", r"only one element tensors can be converted to Python scalars"),
    ("batch-of-one", rf"more than 1 value per channel when training, got input size {_SIZE % 'input'}"),
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
        "RuntimeError": _RUNTIME,
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
