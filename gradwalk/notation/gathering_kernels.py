"""The kernels that put elements elsewhere, take some of them, or bring several of them together."""

from __future__ import annotations

from gradwalk.notation import rules
from gradwalk.notation.kernel_record import Form, Kernel, each

_COPIES = (
    Kernel("clone", Form.ELEMENTWISE, "the copy", "copy of {self}", rule=rules.same, told="hands on"),
    Kernel(
        "_to_copy", Form.ELEMENTWISE, "the change of dtype", "{self} as {dtype}", r"{self} \text{ as } {dtype}",
        rule=rules.same, told="hands on",
    ),
    *each("detach alias contiguous lift_fresh", form=Form.ELEMENTWISE, rule=rules.same),
    Kernel(
        "copy", Form.ELEMENTWISE, "overwriting", "{src}", "{src}", lambda f, self, src: src, told="overwritten"
    ),
    Kernel(
        "fill", Form.ELEMENTWISE, "overwriting", "{value}", "{value}", lambda f, self, value: value, told="overwritten"
    ),
    Kernel("zero", Form.ELEMENTWISE, "overwriting", "0", "0", lambda f, self: 0, told="overwritten"),
)  # fmt: skip

_SHAPES = (
    *each("view _unsafe_view _reshape_alias", form=Form.VIEW, call="reshape", rule=rules.same, told="moves"),
    *each("reshape flatten squeeze unsqueeze unflatten", form=Form.VIEW, rule=rules.same, told="moves"),
    Kernel("t", Form.ORDER, "the transpose", "{self}ᵀ", r"{self}^\top", rules.same, told="order"),
    *each("numpy_T mT", form=Form.ORDER, text="{self}ᵀ", told="order"),
    *each("permute transpose", form=Form.ORDER, rule=rules.same, told="order"),
    *each("movedim swapaxes", form=Form.ORDER, told="order"),
    *each("flip roll", form=Form.SHUFFLE, told="shuffle"),
    Kernel("expand", Form.EXPAND, rule=rules.same, told="expand"),
    *each("cat stack", form=Form.JOIN, told="join"),
    Kernel("select", Form.CHOICE, "the index", latex="{self}[{range}]", single=rules.same, told="select"),
    Kernel("slice", Form.CHOICE, "the index", latex="{self}[{range}]", single=rules.same, told="select"),
    *each("diagonal narrow masked_select unbind split split_with_sizes", form=Form.CHOICE, told="select"),
    *each("index gather index_select take embedding sort topk kthvalue", form=Form.CHOICE, told="taken"),
    *each("max_pool2d_with_indices max_pool3d_with_indices unfold as_strided", form=Form.CHOICE, told="taken"),
)

_REDUCTIONS = (
    Kernel("sum", Form.REDUCTION, single=rules.same, told="sum"),
    Kernel("mean", Form.REDUCTION, single=rules.same, told="mean"),
    Kernel("prod", Form.REDUCTION, single=rules.same, told="prod"),
    Kernel("logsumexp", Form.REDUCTION, single=rules.same),
    *each("var std", form=Form.REDUCTION),
    *each("amax amin", form=Form.REDUCTION, single=rules.same, told="extreme"),
    *each("nansum trace", single=rules.same),
    Kernel(
        "max", Form.REDUCTION, told="extreme",
        single=lambda f, self, other=None: self if other is None else f.maximum(self, other),
    ),
    Kernel(
        "min", Form.REDUCTION, told="extreme",
        single=lambda f, self, other=None: self if other is None else f.minimum(self, other),
    ),
    Kernel(
        "linalg_vector_norm", Form.REDUCTION, "the norm", "‖{self}‖", r"\left\|{self}\right\|",
        single=lambda f, self: f.absolute(self), call="norm",
    ),
)  # fmt: skip

_GROUPS = (
    *(Kernel(f"_{name}", Form.GROUP, name, told=name) for name in ("softmax", "log_softmax")),
    Kernel("cumsum", Form.GROUP, single=rules.same, told="running"),
    *each("cumprod logcumsumexp", form=Form.GROUP),
    # The only mode that PyTorch gives to it is an LSTM's.
    Kernel(
        "mkldnn_rnn_layer",
        title="the LSTM layer",
        call="LSTM",
        silent=(
            "batch_sizes",
            "mode",
            "hidden_size",
            "num_layers",
            "has_biases",
            "bidirectional",
            "batch_first",
            "train",
        ),
    ),
    Kernel("native_layer_norm", title="the layer norm", told="normalized"),
)

_PRODUCTS = (
    Kernel(
        "dot", Form.PRODUCT, "the dot product", "{self} · {tensor}", r"{self}\cdot {tensor}",
        single=lambda f, self, tensor: self * tensor, told="dot",
    ),
    Kernel("vdot", Form.PRODUCT, single=lambda f, self, other: self * other),
    Kernel(
        "mv", Form.PRODUCT, "the matrix product", "{self} @ {vec}", r"{self}\,{vec}",
        single=lambda f, self, vec: self * vec, told="product", factors=("self", "vec"),
    ),
    Kernel(
        "mm", Form.PRODUCT, "the matrix product", "{self} @ {mat2}", r"{self}\,{mat2}",
        single=lambda f, self, mat2: self * mat2, told="product", factors=("self", "mat2"),
    ),
    Kernel(
        "bmm", Form.PRODUCT, "the matrix product", "{self} @ {mat2}",
        single=lambda f, self, mat2: self * mat2, told="product", factors=("self", "mat2"),
    ),
    Kernel("matmul", Form.PRODUCT, text="{self} @ {other}", told="product"),
    Kernel(
        "addmm", Form.PRODUCT, "the matrix product", "{self} + {mat1} @ {mat2}", r"{self} + {mat1}\,{mat2}",
        single=lambda f, self, mat1, mat2, beta=1, alpha=1: beta * self + alpha * mat1 * mat2,
        told="product", factors=("mat1", "mat2"), added=("self",),
    ),
    Kernel(
        "addmv", Form.PRODUCT, "the matrix product", "{self} + {mat} @ {vec}", r"{self} + {mat}\,{vec}",
        single=lambda f, self, mat, vec, beta=1, alpha=1: beta * self + alpha * mat * vec,
        told="product", factors=("mat", "vec"), added=("self",),
    ),
    Kernel(
        "baddbmm", Form.PRODUCT, "the matrix product", "{self} + {batch1} @ {batch2}",
        told="product", factors=("batch1", "batch2"), added=("self",),
    ),
)  # fmt: skip

GATHERING = (*_COPIES, *_SHAPES, *_REDUCTIONS, *_GROUPS, *_PRODUCTS)
