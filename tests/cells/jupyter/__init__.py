"""A real kernel of Jupyter's as the oracle: what a program's cells show there, and what they show here."""
