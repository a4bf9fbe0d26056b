"""A recording, opened: its index, its boxes, its episodes and what belongs to each."""
