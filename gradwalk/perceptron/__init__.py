"""The page Perceptron's library: settings → program, chain of factors, a learner's derivation, address.

``model`` holds the settings as typed, ``reading`` checks them and gives numbers, ``names`` calls them; ``program``
writes PyTorch code in three styles (``scalar``, ``tensor``, ``linear``) from the tables ``activations`` and ``losses``.
"""
