"""The language of programs: the closed lists of what they may name, and what each piece does when it runs."""
