"""Programs under the recorder against the same programs in plain PyTorch."""
