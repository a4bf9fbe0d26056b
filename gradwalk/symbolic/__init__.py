"""Derivatives in symbols, by SymPy, for the formulas that a reader sees.

From a kernel to LaTeX: ``kernels`` says what PyTorch's kernels compute, in SymPy and in ``functions`` that SymPy lacks;
``arguments`` applies them; ``local`` and ``total`` differentiate; ``shortest`` and ``latex`` write the result down, and
``evaluate`` puts the numbers in.
"""

from gradwalk.symbolic.local import local_derivative
from gradwalk.symbolic.total import Derivative, derivative

__all__ = ["Derivative", "derivative", "local_derivative"]
