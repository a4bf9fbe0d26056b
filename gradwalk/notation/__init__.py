"""Names, operations and numbers as short text for the screen; every box, sentence and formula takes them from here."""

from gradwalk.notation.calls import (
    SUPERSCRIPTS,
    call_name,
    call_text,
    constant_text,
    default_constant,
    function_name,
    index_text,
    is_number,
    kernel_of,
    scaled,
)
from gradwalk.notation.kernel_record import Algebra, Form, Kernel, base_name
from gradwalk.notation.kernels import kernel
from gradwalk.notation.names import GREEK, is_number_name, layer_name, layer_parts, pretty, value_names
from gradwalk.notation.numbers import (
    MINUS,
    SHOWN_IN_VECTOR,
    array_text,
    box_text,
    first_elements,
    jacobian_text,
    jacobians_text,
    shape_text,
    short,
    summands,
)

__all__ = [
    "GREEK",
    "MINUS",
    "SHOWN_IN_VECTOR",
    "SUPERSCRIPTS",
    "Algebra",
    "Form",
    "Kernel",
    "array_text",
    "base_name",
    "box_text",
    "call_name",
    "call_text",
    "constant_text",
    "default_constant",
    "first_elements",
    "function_name",
    "index_text",
    "is_number",
    "is_number_name",
    "jacobian_text",
    "jacobians_text",
    "kernel",
    "kernel_of",
    "layer_name",
    "layer_parts",
    "pretty",
    "scaled",
    "shape_text",
    "short",
    "summands",
    "value_names",
]
