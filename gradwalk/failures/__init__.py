"""What went wrong in a program: what it means, whose doing it was, and a way out."""
