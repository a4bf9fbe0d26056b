"""Random programs for the parser and the interpreter, and the tripwire that watches while they run."""
