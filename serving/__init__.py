"""Work for many visitors at once: processes that do it, turns, kept results, metrics, logs, health.

It knows neither pages nor PyTorch: what is to be done is a function's name and plain arguments.
"""
