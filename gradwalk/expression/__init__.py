"""From mathematics' short form to PyTorch: ``z = sin(x**2)`` becomes ``z = torch.sin(x**2)``.

``source`` checks the size, ``mistakes`` looks at the signs; ``statements``, ``terms``, ``calls`` and ``arguments``
write each part anew against the closed lists in ``table``; ``arithmetic`` and ``numbers`` compute plain numbers.
"""
