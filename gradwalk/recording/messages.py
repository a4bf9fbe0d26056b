"""PyTorch's RuntimeErrors by their messages: a short key, and a pattern whose named groups are the pieces."""

from __future__ import annotations

SIZE = r"torch\.Size\((?P<%s>\[.*?\])\)"

RUNTIME = (
    ("not-permitted", r"open file failed with strerror: Operation not permitted"),
    ("no-memory", r"^std::bad_alloc$|DefaultCPUAllocator: (?:can't allocate|not enough) memory"),
    # The graph and backward()
    ("backward-twice", r"Trying to backward through the graph a second time"),
    ("complex-root", r"only for real scalar outputs but got torch\.(?P<dtype>\w+)"),
    ("non-scalar-root", r"grad can be implicitly created only for scalar outputs"),
    ("nothing-requires-grad", r"element \d+ of tensors does not require grad and does not have a grad_fn"),
    ("seed-shape", rf"grad_output\[\d+\] has a shape of {SIZE % 'seed'} and output\[\d+\] .* of {SIZE % 'root'}"),
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
    ("mask-shape", rf"shape of the 2D attn_mask is {SIZE % 'got'}, but should be \((?P<expected>[\d, ]+)\)"),
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
