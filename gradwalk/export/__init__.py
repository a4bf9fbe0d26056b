"""What leaves the page: pictures that stand alone."""
