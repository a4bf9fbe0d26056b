"""What several pages' components stand on: work, addresses, the browser's state, assets, columns."""
