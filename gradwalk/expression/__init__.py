"""From mathematics' short form to PyTorch: ``z = sin(x**2)`` becomes ``z = torch.sin(x**2)``.

``source`` checks the size, ``blackboard`` reads mathematics as people write it, ``mistakes`` looks at the signs that
are left, and ``reading`` knows the way back to what was typed. ``statements``, ``terms``, ``calls`` and ``arguments``
write each part anew against the closed lists in ``table``; ``arithmetic`` and ``numbers`` compute plain numbers.
"""
