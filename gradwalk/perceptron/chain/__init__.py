"""The chain rule of one weight: its factors as formulas, with numbers, and checked against autograd."""
