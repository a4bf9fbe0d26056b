"""Derivatives in symbols, by SymPy, for the formulas that a reader sees.

``algebra`` computes the kernels' rules in SymPy and in the ``functions`` that SymPy lacks (``compare``, ``summation``);
``arguments`` applies one to its operands. ``local`` differentiates one operation (``jacobians`` where
elements mix); ``chain`` finds the operations behind a result, ``compose`` makes one expression of them, and ``total``
differentiates it within a ``budget``. ``shortest`` and ``latex`` write it down, ``evaluate`` puts the numbers in.
"""

from gradwalk.symbolic.local import local_derivative
from gradwalk.symbolic.total import Derivative, derivative

__all__ = ["Derivative", "derivative", "local_derivative"]
