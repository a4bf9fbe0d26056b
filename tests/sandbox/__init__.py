"""The lock by its effects: programs in real Python that try to get out, and what became of everything around them."""
