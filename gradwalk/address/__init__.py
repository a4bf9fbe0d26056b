"""What a page shows as the query of its address, and back: nothing else keeps it."""
