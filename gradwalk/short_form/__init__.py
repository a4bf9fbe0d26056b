"""From mathematics' short form to PyTorch: ``z = sin(x**2)`` becomes ``z = torch.sin(x**2)``.

``source`` checks the text's size, ``mistakes`` looks at its signs; ``statements``, ``terms``, ``calls`` and ``arguments``
write each part anew against the closed lists in ``table``; ``arithmetic`` and ``numbers`` compute plain numbers.
"""
