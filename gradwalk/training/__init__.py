"""Training: a small network, points to learn from, an optimizer; the run, its pictures, and its program as text."""
