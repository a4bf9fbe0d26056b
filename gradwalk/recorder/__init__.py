"""Listens to PyTorch while a program runs, wherever its code comes from, and writes down what happens.

``session`` has the Recorder. ``mode`` hands it each call; ``kernels`` sees the kernels inside, also hidden ones, and
``operations`` pairs each with its grad_fn node; ``values`` and ``nodes`` know which live tensor and which live node is
which; ``passes`` reads local gradients and listens to the engine; ``places`` finds the expression in the source.
Everything live is kept until the run ends, so that identities stay unique, and then let go.
"""
