"""Loads what programs ask for, once, in the nursery: a locked process starts with it, and need not find its files."""

from __future__ import annotations

import importlib
from contextlib import suppress

MODULES = """
    torch torch._dynamo torch._decomp.decompositions_for_jvp torch._refs torch.func torch.fx torch.distributions
    torch.optim.lr_scheduler
    torch.optim.swa_utils torch.utils.checkpoint torch.utils.data torch.utils.hooks torch.utils.parametrize
    torch.autograd.forward_ad torch.autograd.functional torch.autograd.graph torch.autograd.profiler
    torch.nn.attention torch.nn.functional torch.nn.init torch.nn.utils.parametrizations torch.nn.utils.rnn
    torch.nn.utils.stateless torch.profiler torch.utils.serialization torch.utils.serialization.config torchviz
    numpy numpy.fft numpy.linalg numpy.polynomial numpy.random numpy.testing
    IPython.core.interactiveshell IPython.core.oinspect IPython.core.pylabtools IPython.core.ultratb IPython.display
    stack_data
    matplotlib.pyplot matplotlib.animation matplotlib.backends.backend_agg matplotlib.backends.backend_svg
    matplotlib_inline.backend_inline mpl_toolkits.mplot3d
    asyncio bisect cProfile collections.abc concurrent.futures contextlib copy csv dataclasses datetime decimal enum
    fractions functools gzip heapq inspect io itertools json logging math operator pathlib pickle pprint random re
    statistics string tempfile textwrap threading time timeit tracemalloc types typing unittest.mock urllib.request uuid
    warnings
    gradwalk.doors gradwalk.recorder.torchviz
"""
"""What lectures import, what PyTorch imports late (its first optimizer alone takes a second and a half), and what every
program goes through: loaded in its own process, that would be loaded anew for each."""


def load() -> None:
    """Takes seconds. What is not installed is left out."""
    for name in MODULES.split():
        with suppress(ImportError):
            importlib.import_module(name)
