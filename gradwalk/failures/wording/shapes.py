"""Why shapes do not fit, and indices and dimensions are not there."""

from __future__ import annotations

SHAPES = {
    "shape-mismatch": (
        "The shapes do not fit",
        "Element by element, sizes must be equal or 1, compared from the right; in dimension {dim} they are {left} and "
        "{right}.",
        "Give both the same size there; .reshape(), .unsqueeze() or a sum over a dimension can make them fit.",
    ),
    "in-place-shape": (
        "The shapes do not fit",
        "The result has the shape {needed}, and is to be written into a tensor of {shape}.",
        "Make a new tensor (x = x + y), if the result may be larger.",
    ),
    "matrix-shapes": (
        "The matrices do not fit",
        "In a product of matrices the left one has as many columns as the right one has rows; here it is {columns} "
        "columns and {inner} rows.",
        "Transpose one of them with .T, or swap them, so that the inner sizes agree.",
    ),
    "matrix-shapes-fit": (
        "The matrices do not fit",
        "In a product of matrices the left one has as many columns as the right one has rows; here it is {columns} "
        "and {inner}.",
        "{ways}",
    ),
    "matrix-shapes-none": (
        "The matrices do not fit",
        "In a product of matrices the left one has as many columns as the right one has rows; here it is {columns} "
        "and {inner}.",
        "Make {right} of the shape {high}, or {left} of the shape {wide}: neither transposing nor swapping makes them "
        "fit.",
    ),
    "matrix-shapes-linear": (
        "The layer expects another number of features",
        "The layer takes {inner} features, and the last dimension of its input has {columns}{origin}.",
        "Make it nn.Linear({columns}, {outer}), or bring the features to the last dimension.",
    ),
    "matrix-shapes-linear-made": (
        "The layer expects another number of features",
        "The layer takes {inner} features, and the last dimension of its input has {columns}{origin}.",
        "Line {line} makes nn.Linear({inner}, {outer}): make it nn.Linear({columns}, {outer}), or bring the features "
        "to the last dimension.",
    ),
    "matrix-shapes-unflattened": (
        "The layer expects another number of features",
        "The layer takes {inner} features from the last dimension of its input, which has the shape {input}.",
        "If each image is to become one row of features, put nn.Flatten() before the layer: it then takes {flat} "
        "features.",
    ),
    "vector-shapes": (
        "The matrix and the vector do not fit",
        "A matrix of {rows}×{columns} takes a vector of {columns} numbers, and this one has {size}.",
        "Give it a vector of {columns} numbers, or transpose the matrix.",
    ),
    "vector-shapes-transposed": (
        "The matrix and the vector do not fit",
        "A matrix of {rows}×{columns} takes a vector of {columns} numbers, and this one has {size}.",
        "The transposed matrix fits: {matrix}.T @ {vector}, or {vector} @ {matrix}.",
    ),
    "dot-shapes": (
        "The vectors do not fit",
        "A product of two vectors needs as many numbers in both; here they have {left} and {right}.",
        "Give them the same number of elements.",
    ),
    "product-dimensions": (
        "This product is for other dimensions",
        "The operands have too few or too many dimensions for this product.",
        "* multiplies numbers and element by element, torch.dot two vectors, @ vectors and matrices.",
    ),
    "channels": (
        "The layer expects other channels",
        "The layer takes {channels} channels, and its input, of the shape {input}, has {got}: channels are the second "
        "dimension of a batch.",
        "Give the layer {got} input channels, or bring the channels there with .permute().",
    ),
    "image-dimensions": (
        "The input has another number of dimensions",
        "{function} takes {expected} input: examples (in a batch), channels, and the sizes. This one has the shape "
        "{input}.",
        "Add what is missing with .unsqueeze(0).",
    ),
    "state-dimensions": (
        "The first state has other dimensions",
        "The input is {input}, and so each state has {wanted} dimensions: layers (twice as many where it is "
        "bidirectional), then examples where there are several, then features.",
        "Make it torch.zeros(layers, examples, features), or leave it out: then it is zeros.",
    ),
    "state-shape": (
        "The first state has another shape",
        "The layer begins with a state of the shape ({expected}): layers (twice as many where it is bidirectional), "
        "examples, features. batch_first=True is about the input, and not about the states. Given was ({got}).",
        "Make it torch.zeros({expected}), or leave it out: then it is zeros. Where the number of examples changes, as "
        "in a last batch, take it from the batch: x.size(0), where that is its first dimension.",
    ),
    "matrix-shapes-batch": (
        "The batch was laid out too",
        "The layer takes {inner} features, and line {line} made one row of {count} numbers out of a batch of the shape "
        "{before}: {examples} examples with {inner} features each, one behind the other.",
        "Keep the first dimension: nn.Flatten() or .flatten(1), or .view(x.size(0), -1).",
    ),
    "size-of-floats": (
        "A size is a whole number",
        "{function}() was given a size that is a float: / always gives a float in Python, also 16 / 2.",
        "Divide by //, or write int(…) around it.",
    ),
    "fan-of-vector": (
        "Only matrices have a fan",
        "Xavier's and Kaiming's rules count what goes into a unit and what comes out of it, and a tensor of one "
        "dimension, such as a bias, has no such counts.",
        "Leave it out, as in if p.dim() > 1, and set a bias with nn.init.zeros_.",
    ),
    "lstm-states": (
        "An LSTM has two states",
        "An LSTM begins with a pair of tensors, the hidden state and the cell's, and takes the two out of what it is "
        "given.",
        "Pass both in a tuple: lstm(x, (h, c)), each of the shape layers, examples, features.",
    ),
    "attention-heads": (
        "The features do not divide among the heads",
        "Each head has an equal share of the features, so that the first number has to be a multiple of the second.",
        "Choose as many heads as divide the features: nn.MultiheadAttention(12, 4), say.",
    ),
    "mask-shape": (
        "The mask has another shape",
        "A mask of attention has a row and a column for each place of the sequence; it should be ({expected}), and is "
        "{got}. Without batch_first=True the sequence is the first dimension.",
        "Make it of the length of the sequence: nn.Transformer.generate_square_subsequent_mask(length).",
    ),
    "gather-dimensions": (
        "The index has too few dimensions",
        "gather() takes an index with as many dimensions as the tensor itself: a number for each one that is taken.",
        "For one number of each row, write .gather(1, y.unsqueeze(1)).squeeze(1).",
    ),
    "einsum-sizes": (
        "One letter, two sizes",
        "In einsum() a letter stands for one size; {letter} is {seen} in one operand, and {size} in another.",
        "Look at the letters: each operand has one for each of its dimensions, in order.",
    ),
    "batch-product": (
        "bmm() is for batches",
        "torch.bmm takes two tensors of three dimensions each: examples, rows, columns.",
        "Write @, which also takes a matrix for all examples; or bring it there with .unsqueeze(0).expand(…).",
    ),
    "permute-count": (
        "permute() names each dimension",
        "This tensor has {dims} dimensions, and {given} were named.",
        "Name all {dims} in their new order. To swap two of them, write .transpose(…).",
    ),
    "bool-minus": (
        "Truth values are not subtracted",
        "With minus PyTorch computes numbers, and a mask holds True and False.",
        "For the other half of a mask write ~mask; to compute with 0 and 1 mask.float().",
    ),
    "kernel-size": (
        "The kernel is larger than its input",
        "A kernel of {kernel} has no place in an input of {input}.",
        "Use a smaller kernel, padding, or fewer layers that shrink the input before it.",
    ),
    "reshape-size": (
        "The numbers do not fill that shape",
        "Another shape only arranges the same numbers anew: there are {size}, and {shape} does not hold exactly so "
        "many.",
        "Choose sizes whose product is {size}; one of them may be -1, and PyTorch computes it.",
    ),
    "view-stride": (
        "view() cannot look at it that way",
        "The numbers do not lie in memory in that order (after a transpose, say), and view() never copies.",
        "Write .reshape() instead, which copies where it has to.",
    ),
    "cat-dimensions": (
        "The shapes do not fit",
        "torch.cat joins tensors with the same number of dimensions; here they have {left} and {right}.",
        "Add a dimension with .unsqueeze(0), or use torch.stack for tensors of one shape.",
    ),
    "cat-sizes": (
        "The shapes do not fit",
        "torch.cat joins along dimension {dim}, and all other sizes have to agree; tensor number {number} (from 0) "
        "has {right} where the first has {left}.",
        "Join along another dimension, with dim=…, or make the sizes equal.",
    ),
    "cat-scalars": (
        "Single numbers have no dimension to join along",
        "torch.cat joins along a dimension that is there already.",
        "Use torch.stack, which makes a new one.",
    ),
    "stack-sizes": (
        "The shapes do not fit",
        "torch.stack puts tensors of one shape side by side; the first has {left}, number {number} has {right}.",
        "Make the shapes equal, by padding, say, or join them with torch.cat.",
    ),
    "dimension-range": (
        "There is no such dimension",
        "Dimensions are counted from 0; {dim} was asked for, and the greatest that this tensor takes is {last}.",
        "Use a dimension that is there; -1 is always the last one.",
    ),
    "index-range": (
        "There is no such element",
        "Elements are counted from 0; dimension {dim} has {size}, and index {index} was asked for.",
        "Use an index below {size}; -1 is the last element.",
    ),
    "embedding-range": (
        "There is no such row",
        "An index is negative, or as large as the number of rows of the table, or larger.",
        "Make the embedding as large as the largest index plus 1, or check the indices.",
    ),
    "embedding-range-of": (
        "There is no such row",
        "The table has {rows} rows, so its indices are 0 to {last}; one that was asked for is {index}.",
        "Make the embedding as large as the largest index plus 1, or check the indices.",
    ),
    "index-of-number": (
        "A single number has no elements",
        "This tensor has no dimensions, so there is nothing to index.",
        "Use it as it is; .item() gives it as a Python number.",
    ),
    "too-many-indices": (
        "Too many indices",
        "This tensor has {dimensions} dimensions, and more indices were given.",
        "Give at most {dimensions}.",
    ),
    "ragged": (
        "Rows of different lengths",
        "All rows of a tensor have the same length; one here has {first} elements, another {other}.",
        "Make the lists equal, by padding, say.",
    ),
    "one-number": (
        "Several numbers where one is needed",
        "Only a tensor with one element can become a Python number.",
        "Make one number of it with .mean() or .sum(); .tolist() gives all of them, torch.stack joins tensors.",
    ),
    "rows-of-tensors": (
        "Tensors are joined, not copied",
        "A new tensor is made of numbers, and here stand tensors with several elements each.",
        "Join them as rows with torch.stack([…]), which keeps the way back to each; torch.cat([…]) joins along a "
        "dimension that they have.",
    ),
    "truth-of-many": (
        "Several truth values where one is needed",
        "if, while, and, or, not, and Python's own max() and min(), ask whether something is true, and this tensor has "
        "several answers.",
        "Say which is meant: .all() or .any(). Element by element there are & and |, torch.where, torch.maximum and "
        "torch.clamp.",
    ),
    "length-of-number": (
        "A single number has no elements",
        "This tensor has no dimensions, so it has no length, and nothing to go through.",
        "Use it as it is, or make a list of one with .unsqueeze(0).",
    ),
    "batch-of-one": (
        "One row has no spread",
        "In training, batch normalization divides by the spread of the batch, and in {input} there is one value for "
        "each channel.",
        "Give it a batch of two or more (in a DataLoader, drop_last=True leaves out a last batch that is too small); "
        "or, to predict, call .eval() on the module first. A layer that is made inside forward() is new each time, and "
        "always in training.",
    ),
    "feature-count": (
        "The layer expects another number of features",
        "The layer takes {expected} features, and its input has {got}.",
        "Make the layer for {got} features, or bring them to the dimension where it looks for them.",
    ),
    "norm-shape": (
        "The layer expects another shape",
        "The layer normalizes the last dimensions, {normalized}, and its input has the shape {input}.",
        "Make it for the last dimensions of its input.",
    ),
    "norm-dimensions": (
        "The input has another number of dimensions",
        "The layer takes {expected} input, and this one has {got} dimensions.",
        "Add what is missing with .unsqueeze(0), or use the layer for these dimensions.",
    ),
}
"""By key: a title, why it happened, and what would work."""
