"""What a call does in a run: ``rules`` has the table, its neighbours what stands in it."""
