"""Tests: one file a module, and the page in a real browser."""
