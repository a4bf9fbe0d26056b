"""The check of a derivation that a reader typed: read, tried at points, its slips named."""
